//! Image bytes as base64, encoded while the request is written, so that a picture is never held twice.

use base64::{display::Base64Display, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};

/// Serialises as base64.
#[derive(Clone, Copy)]
pub(super) struct Base64<'a>(pub &'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0, &STANDARD))
    }
}

/// Serialises as a `data:` URL.
#[derive(Clone, Copy)]
pub(super) struct DataUrl<'a> {
    /// What kind of picture.
    pub media_type: &'a str,
    /// Its bytes.
    pub data: &'a [u8],
}

impl Serialize for DataUrl<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = Base64Display::new(self.data, &STANDARD);
        serializer.collect_str(&format_args!("data:{};base64,{data}", self.media_type))
    }
}
