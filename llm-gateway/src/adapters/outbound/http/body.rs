//! A response body, read piece by piece; unzipped if the provider zipped it.
//!
//! We never ask for compression (it delays the first token), but proxies in front of self-hosted servers
//! have been seen to zip regardless. The decoder is the synchronous one, fed with what came: whatever can be
//! decoded is handed on at once, so a zipped stream is still a stream.

use std::{io::Write as _, time::Duration};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header::CONTENT_ENCODING};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use super::TransportError;
use crate::domain::Error;

/// The most bytes a whole answer may have.
pub const MAX_ANSWER: usize = 32 * 1024 * 1024;
const MAX_ERROR: usize = 256 * 1024;

/// The body of a response.
pub struct Body {
    incoming: Incoming,
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    idle: Duration,
    /// The key that was sent; some providers quote it in their errors.
    pub(super) key: Option<SecretString>,
}

impl Body {
    pub(super) fn new(incoming: Incoming, headers: &HeaderMap, idle: Duration) -> Self {
        let zipped = headers
            .get(CONTENT_ENCODING)
            .is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"gzip"));
        Self {
            incoming,
            gzip: zipped.then(|| MultiGzDecoder::new(Vec::new())),
            idle,
            key: None,
        }
    }

    /// The error without the key in it.
    #[must_use]
    pub fn scrub(&self, error: Error) -> Error {
        scrub(self.key.as_ref(), error)
    }

    /// Reads all of it as an answer.
    ///
    /// # Errors
    /// As [`Self::whole`], and what `read` says.
    pub async fn answer<T>(mut self, read: fn(&[u8]) -> Result<T, Error>) -> Result<T, Error> {
        let key = self.key.take();
        read(&self.whole().await?).map_err(|error| scrub(key.as_ref(), error))
    }

    /// The next piece, or none at the end.
    ///
    /// # Errors
    /// If the connection breaks, stays silent for too long, or the zipped data is damaged.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let frame = timeout(self.idle, self.incoming.frame())
                .await
                .map_err(|_| TransportError::Timeout)?;
            let Some(frame) = frame else {
                return Ok(None);
            };
            let Ok(data) = frame.map_err(|_| TransportError::Broken)?.into_data() else {
                continue;
            };
            let data = match &mut self.gzip {
                None => data,
                Some(decoder) => unzip(decoder, &data)?,
            };
            if !data.is_empty() {
                return Ok(Some(data));
            }
        }
    }

    /// The whole of it.
    ///
    /// # Errors
    /// As [`Self::chunk`], and if it is larger than [`MAX_ANSWER`].
    pub async fn whole(mut self) -> Result<Bytes, TransportError> {
        let Some(first) = self.chunk().await? else {
            return Ok(Bytes::new());
        };
        let Some(second) = self.chunk().await? else {
            return Ok(first);
        };
        let mut all = Vec::from(first);
        all.extend_from_slice(&second);
        while let Some(more) = self.chunk().await? {
            if all.len() + more.len() > MAX_ANSWER {
                return Err(TransportError::TooLarge);
            }
            all.extend_from_slice(&more);
        }
        Ok(all.into())
    }

    /// What can be had of an error's body; its status says the essential.
    pub async fn error_text(mut self) -> Bytes {
        let mut all = Vec::new();
        while let Ok(Some(more)) = self.chunk().await {
            all.extend_from_slice(&more);
            if all.len() > MAX_ERROR {
                break;
            }
        }
        all.into()
    }
}

pub(super) fn scrub(key: Option<&SecretString>, mut error: Error) -> Error {
    if let Some(key) = key {
        error.message = error.message.replace(key.expose_secret(), "[key]");
    }
    error
}

fn unzip(decoder: &mut MultiGzDecoder<Vec<u8>>, data: &[u8]) -> Result<Bytes, TransportError> {
    decoder
        .write_all(data)
        .and_then(|()| decoder.flush())
        .map_err(|_| TransportError::Broken)?;
    Ok(std::mem::take(decoder.get_mut()).into())
}
