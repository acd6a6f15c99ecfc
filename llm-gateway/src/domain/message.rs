//! Messages of a conversation, and the rules for what they may hold.

use bytes::Bytes;

use super::Error;

/// The most bytes one image may have. Providers differ (5–20 MB); theirs are checked by themselves.
pub const MAX_IMAGE_BYTES: usize = 15 * 1024 * 1024;
const MAX_NAME_CHARS: usize = 64;
const MAX_URL_BYTES: usize = 8 * 1024;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Instructions to the model.
    System,
    /// A person.
    User,
    /// The model, earlier.
    Assistant,
}

impl Role {
    /// The role as it is written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// Where an image's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// Here.
    Data(Bytes),
    /// At a public address that the provider will fetch; the gateway itself never does, because a fetch
    /// from inside the task could be aimed at the task's own credentials.
    Url(String),
}

/// A picture shown to the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `image/png` and so on; may be empty for a URL.
    pub media_type: String,
    /// Its bytes or address.
    pub source: ImageSource,
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Text(String),
    /// A picture.
    Image(Image),
}

impl Part {
    /// Whether it is a picture.
    #[must_use]
    pub const fn is_image(&self) -> bool {
        matches!(self, Self::Image(_))
    }
}

/// One turn of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// The author's username; only for people.
    pub name: Option<String>,
    /// What is said, in order.
    pub content: Vec<Part>,
}

impl Message {
    /// A message of one text.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self {
            role,
            name: None,
            content: vec![Part::Text(text.into())],
        }
    }

    /// All its text parts, joined by line breaks.
    #[must_use]
    pub fn joined_text(&self) -> String {
        let texts: Vec<&str> = self
            .content
            .iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                Part::Image(_) => None,
            })
            .collect();
        texts.join("\n")
    }

    /// Whether it says and shows nothing. Providers refuse such turns, some of them with the whole conversation.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.content.iter().all(|part| match part {
            Part::Text(text) => text.trim().is_empty(),
            Part::Image(_) => false,
        })
    }

    /// Checks the message by itself; `image_hosts` are those whose URLs are forwarded.
    ///
    /// # Errors
    /// `invalid_request` that says what is wrong.
    pub fn validate(&self, image_hosts: &[String]) -> Result<(), Error> {
        if let Some(name) = &self.name {
            if self.role != Role::User {
                return Err(Error::invalid("only user messages have a name"));
            }
            let chars = name.chars().count();
            if chars == 0 || chars > MAX_NAME_CHARS || name.chars().any(char::is_control) {
                return Err(Error::invalid(
                    "a name has 1 to 64 characters, none of them control characters",
                ));
            }
        }
        let mut said = false;
        for part in &self.content {
            match part {
                Part::Text(text) => said |= !text.is_empty(),
                Part::Image(image) => {
                    if self.role != Role::User {
                        return Err(Error::invalid("only user messages have images"));
                    }
                    image.validate(image_hosts)?;
                    said = true;
                }
            }
        }
        if said {
            Ok(())
        } else {
            Err(Error::invalid("a message must not be empty"))
        }
    }
}

impl Image {
    fn validate(&self, image_hosts: &[String]) -> Result<(), Error> {
        match &self.source {
            ImageSource::Data(data) => {
                let Some(actual) = sniff(data) else {
                    return Err(Error::invalid("an image must be PNG, JPEG, GIF or WebP"));
                };
                if self.media_type != actual {
                    return Err(Error::invalid(format!(
                        "the image is {actual}, which is not its media_type"
                    )));
                }
                if data.len() > MAX_IMAGE_BYTES {
                    return Err(Error::invalid("an image must not be larger than 15 MB"));
                }
                Ok(())
            }
            ImageSource::Url(url) => {
                if allowed_url(url, image_hosts) {
                    Ok(())
                } else {
                    Err(Error::invalid(
                        "an image URL must be https and of an allowed host",
                    ))
                }
            }
        }
    }
}

/// The media type by the first bytes: what a file is, rather than what it says it is.
fn sniff(data: &[u8]) -> Option<&'static str> {
    match data {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

/// Whether the URL is plain https to one of the hosts. Strict on purpose: an authority with a port, user
/// info, brackets, a backslash or a percent sign does not match any host, so there is nothing that two URL
/// parsers could read differently. A host that begins with a dot allows all its subdomains.
fn allowed_url(url: &str, hosts: &[String]) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    if url.len() > MAX_URL_BYTES || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = authority
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    plain
        && hosts.iter().any(|host| {
            if host.starts_with('.') {
                authority.len() > host.len()
                    && authority.to_ascii_lowercase().ends_with(host.as_str())
            } else {
                authority.eq_ignore_ascii_case(host)
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Vec<String> {
        vec!["img.example.com".into(), ".cdn.example.net".into()]
    }

    #[test]
    fn only_https_urls_of_allowed_hosts_pass() {
        for good in [
            "https://img.example.com/a.png",
            "https://IMG.example.com?x=1",
            "https://a.cdn.example.net/#f",
        ] {
            assert!(allowed_url(good, &hosts()), "{good}");
        }
        for bad in [
            "http://img.example.com/a.png",
            "https://169.254.170.2/v2/credentials",
            "https://img.example.com@169.254.170.2/",
            "https://img.example.com:8443/",
            "https://img.example.com\\@evil.test/",
            "https://[::1]/",
            "https://evilimg.example.com/",
            "https://.cdn.example.net/",
            "https://cdn.example.net/",
            "https://img.example.com%2eevil.test/",
            "https://img.example.com/a b",
            "file:///etc/passwd",
            "",
        ] {
            assert!(!allowed_url(bad, &hosts()), "{bad}");
        }
    }

    #[test]
    fn an_image_must_be_what_it_says() {
        let png = Bytes::from_static(b"\x89PNG\r\n\x1a\nrest");
        let image = |media: &str, data: Bytes| Message {
            role: Role::User,
            name: None,
            content: vec![Part::Image(Image {
                media_type: media.into(),
                source: ImageSource::Data(data),
            })],
        };
        assert!(image("image/png", png.clone()).validate(&[]).is_ok());
        assert!(image("image/jpeg", png).validate(&[]).is_err());
        assert!(
            image("image/svg+xml", Bytes::from_static(b"<svg/>"))
                .validate(&[])
                .is_err()
        );
        let mut big = b"\xff\xd8\xff".to_vec();
        big.resize(20 * 1024 * 1024, 0);
        assert!(image("image/jpeg", big.into()).validate(&[]).is_err());
    }

    #[test]
    fn only_people_show_pictures_and_only_of_allowed_hosts() {
        let shown = |role, url: &str| {
            let image = Image {
                media_type: String::new(),
                source: ImageSource::Url(url.into()),
            };
            let message = Message {
                role,
                name: None,
                content: vec![Part::Image(image)],
            };
            message.validate(&hosts())
        };
        assert!(shown(Role::User, "https://img.example.com/a.png").is_ok());
        assert!(shown(Role::User, "https://example.com/a.png").is_err());
        for role in [Role::System, Role::Assistant] {
            assert!(shown(role, "https://img.example.com/a.png").is_err());
        }
    }

    #[test]
    fn empty_messages_and_odd_names_are_refused() {
        assert!(Message::text(Role::User, "").validate(&[]).is_err());
        assert!(
            Message {
                role: Role::User,
                name: None,
                content: vec![]
            }
            .validate(&[])
            .is_err()
        );
        let named = |role, name: &str| Message {
            role,
            name: Some(name.into()),
            content: vec![Part::Text("hi".into())],
        };
        assert!(named(Role::User, "aki").validate(&[]).is_ok());
        assert!(named(Role::User, "a\nb").validate(&[]).is_err());
        assert!(named(Role::User, "").validate(&[]).is_err());
        assert!(named(Role::User, &"x".repeat(65)).validate(&[]).is_err());
        assert!(named(Role::Assistant, "aki").validate(&[]).is_err());
    }
}
