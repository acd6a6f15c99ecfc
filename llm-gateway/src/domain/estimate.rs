//! Tokens of a conversation without a provider.

pub use super::text_count::TextCount;
use super::{Message, ModelInfo, Part, image_tokens::ImageRule};

/// Models that count alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFamily {
    /// `OpenAI`'s `o200k`.
    OpenAi,
    /// Anthropic's, up to Claude 4.6.
    Claude,
    /// Anthropic's, from Claude 4.7 on.
    Claude47,
    /// Google's.
    Gemini,
    /// Whatever an OpenAI-compatible server runs.
    Open,
    /// One token for each word: the scripted provider.
    Words,
}

impl TokenFamily {
    /// All families.
    pub const ALL: [Self; 6] = [
        Self::OpenAi,
        Self::Claude,
        Self::Claude47,
        Self::Gemini,
        Self::Open,
        Self::Words,
    ];

    /// The family's name in the catalogue.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "o200k",
            Self::Claude => "claude",
            Self::Claude47 => "claude-4.7",
            Self::Gemini => "gemini",
            Self::Open => "open",
            Self::Words => "words",
        }
    }

    /// How pictures are counted by a model of this family of which nothing else is known.
    #[must_use]
    pub const fn images(self) -> ImageRule {
        match self {
            Self::OpenAi => ImageRule::patches(32, 0, 0, 1_200),
            Self::Claude => ImageRule::patches(28, 1_568, 1_568, 1_000),
            Self::Claude47 => ImageRule::patches(28, 2_000, 4_784, 1_000),
            Self::Gemini => ImageRule::Budget(1_120),
            Self::Open => ImageRule::OPEN,
            Self::Words => ImageRule::Budget(1),
        }
    }

    /// Tokens that frame each message: role, separators.
    const fn frame(self) -> u64 {
        match self {
            Self::Words => 0,
            Self::OpenAi => 3,
            Self::Claude | Self::Claude47 | Self::Gemini | Self::Open => 4,
        }
    }
}

/// The tokens of one message; `exact` counts its texts if it can.
pub(super) fn message_tokens(
    model: &ModelInfo,
    message: &Message,
    exact: &dyn Fn(&str) -> Option<u64>,
) -> u64 {
    let family = model.tokenizer;
    let text = |text: &str| exact(text).unwrap_or_else(|| TextCount::of(text).tokens(family));
    let parts: u64 = message
        .content
        .iter()
        .map(|part| match part {
            Part::Text(t) => text(t),
            Part::Image(image) => model.images.tokens(&image.source),
        })
        .sum();
    let name = match (family, &message.name) {
        (TokenFamily::Words, _) | (_, None) => 0,
        (_, Some(name)) => text(name) + 1,
    };
    parts + name + family.frame()
}

/// The tokens of a prompt, by the cheap rule.
#[must_use]
pub fn prompt_tokens(model: &ModelInfo, messages: &[Message]) -> u64 {
    messages
        .iter()
        .map(|message| message_tokens(model, message, &|_| None))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Image, ImageSource, ModelName, ProviderName, Role};

    #[test]
    fn a_message_costs_its_parts_its_name_and_its_frame() {
        let picture = |source| {
            Part::Image(Image {
                media_type: "image/png".into(),
                source,
            })
        };
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\xc0\0\0\x02\x1c\x08\x06\0\0\0";
        let mut message = Message::text(Role::User, "one two");
        message
            .content
            .push(picture(ImageSource::Data(bytes::Bytes::from_static(png))));
        let ten = |_: &str| Some(10);
        let model = |family, images| ModelInfo {
            images,
            ..ModelInfo::unknown(ProviderName::new("p"), ModelName::new("m"), family)
        };
        let count = |family, images, message: &Message| {
            message_tokens(&model(family, images), message, &ten)
        };
        // 960 × 540: four tiles by `OpenAI`'s older rule, patches by Anthropic's, six crops by Google's older one.
        let tiles = ImageRule::Tiles {
            base: 85,
            tile: 170,
        };
        let claude = TokenFamily::Claude.images();
        assert_eq!(
            count(TokenFamily::OpenAi, tiles, &message),
            10 + 85 + 2 * 2 * 170 + 3
        );
        assert_eq!(
            count(TokenFamily::Claude, claude, &message),
            10 + 35 * 20 + 4
        );
        assert_eq!(
            count(TokenFamily::Gemini, ImageRule::Crops, &message),
            10 + 6 * 258 + 4
        );
        message.name = Some("aki".into());
        assert_eq!(
            count(TokenFamily::Claude, claude, &message),
            10 + 35 * 20 + 4 + 11
        );
        let words = model(TokenFamily::Words, TokenFamily::Words.images());
        let words = message_tokens(&words, &message, &|_| None);
        assert_eq!(words, 3, "two words and a picture");
    }
}
