//! Tokens of a conversation without a provider.

pub use super::text_count::TextCount;
use super::{ImageSource, Message, Part, image_size::image_size};

/// Models that count alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFamily {
    /// `OpenAI`'s `o200k`.
    OpenAi,
    /// Anthropic's.
    Claude,
    /// Google's.
    Gemini,
    /// Whatever an OpenAI-compatible server runs.
    Open,
    /// One token for each word: the scripted provider.
    Words,
}

/// The size that a picture is taken to have if it does not tell.
const UNKNOWN_SIZE: (u32, u32) = (1_024, 1_024);

/// Tokens that frame each message: role, separators.
const fn frame(family: TokenFamily) -> u64 {
    match family {
        TokenFamily::Words => 0,
        TokenFamily::OpenAi => 3,
        TokenFamily::Claude | TokenFamily::Gemini | TokenFamily::Open => 4,
    }
}

/// Tokens of a picture, by each provider's published rule.
fn image_tokens(family: TokenFamily, source: &ImageSource) -> u64 {
    let size = match source {
        ImageSource::Data(data) => image_size(data),
        ImageSource::Url(_) => None,
    };
    let (width, height) = size.unwrap_or(UNKNOWN_SIZE);
    let (width, height) = (u64::from(width.max(1)), u64::from(height.max(1)));
    match family {
        TokenFamily::Words => 1,
        TokenFamily::OpenAi => openai_image(width, height),
        TokenFamily::Claude => claude_image(width, height),
        TokenFamily::Gemini => gemini_image(width, height),
        // No common rule; most cut it into patches of 28 pixels, within bounds.
        TokenFamily::Open => (width * height / 784).clamp(256, 2_560),
    }
}

/// Fitted into 2048 × 2048, then to a short side of 768, then 170 for each tile of 512, and 85.
fn openai_image(width: u64, height: u64) -> u64 {
    let (mut long, mut short) = (width.max(height), width.min(height));
    if long > 2_048 {
        short = (short * 2_048 / long).max(1);
        long = 2_048;
    }
    if short > 768 {
        long = long * 768 / short;
        short = 768;
    }
    85 + 170 * long.div_ceil(512) * short.div_ceil(512)
}

/// A token for 750 pixels, after fitting the long side to 1568 and the whole to about 1600 tokens.
fn claude_image(width: u64, height: u64) -> u64 {
    let long = width.max(height);
    let (width, height) = if long > 1_568 {
        (width * 1_568 / long, height * 1_568 / long)
    } else {
        (width, height)
    };
    (width * height).div_ceil(750).clamp(1, 1_600)
}

/// 258 if both sides are within 384; otherwise 258 for each tile of two thirds of the short side, 256 to 768.
fn gemini_image(width: u64, height: u64) -> u64 {
    if width <= 384 && height <= 384 {
        return 258;
    }
    let tile = (width.min(height) * 2 / 3).clamp(256, 768);
    258 * width.div_ceil(tile) * height.div_ceil(tile)
}

/// The tokens of one message; `exact` counts its texts if it can.
pub(super) fn message_tokens(
    family: TokenFamily,
    message: &Message,
    exact: &dyn Fn(&str) -> Option<u64>,
) -> u64 {
    let text = |text: &str| exact(text).unwrap_or_else(|| TextCount::of(text).tokens(family));
    let parts: u64 = message
        .content
        .iter()
        .map(|part| match part {
            Part::Text(t) => text(t),
            Part::Image(image) => image_tokens(family, &image.source),
        })
        .sum();
    let name = match (family, &message.name) {
        (TokenFamily::Words, _) | (_, None) => 0,
        (_, Some(name)) => text(name) + 1,
    };
    parts + name + frame(family)
}

/// The tokens of a prompt, by the cheap rule.
#[must_use]
pub fn prompt_tokens(family: TokenFamily, messages: &[Message]) -> u64 {
    messages
        .iter()
        .map(|message| message_tokens(family, message, &|_| None))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_cost_what_the_providers_publish() {
        // The examples of the providers' own pages.
        assert_eq!(openai_image(1_024, 1_024), 765);
        assert_eq!(openai_image(2_048, 4_096), 1_105);
        assert_eq!(claude_image(200, 200), 54);
        assert_eq!(claude_image(1_000, 1_000), 1_334);
        assert_eq!(claude_image(1_092, 1_092), 1_590);
        assert_eq!(claude_image(8_000, 8_000), 1_600);
        assert_eq!(gemini_image(384, 384), 258);
        assert_eq!(gemini_image(960, 540), 6 * 258);
    }

    #[test]
    fn a_picture_of_unknown_size_is_taken_for_a_square() {
        let url = ImageSource::Url("https://img.example.com/a".into());
        assert_eq!(image_tokens(TokenFamily::OpenAi, &url), 765);
        assert_eq!(image_tokens(TokenFamily::Open, &url), 1_337);
    }

    #[test]
    fn a_message_costs_its_parts_its_name_and_its_frame() {
        use crate::domain::{Image, Role};
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
        let count = |family, message: &Message| message_tokens(family, message, &ten);
        // 960 × 540: four tiles by `OpenAI`'s rule, pixels by Anthropic's, six tiles by Google's.
        assert_eq!(
            count(TokenFamily::OpenAi, &message),
            10 + 85 + 2 * 2 * 170 + 3
        );
        assert_eq!(count(TokenFamily::Claude, &message), 10 + 692 + 4);
        assert_eq!(count(TokenFamily::Gemini, &message), 10 + 6 * 258 + 4);
        assert_eq!(count(TokenFamily::Open, &message), 10 + 661 + 4);
        message.name = Some("aki".into());
        assert_eq!(count(TokenFamily::Claude, &message), 10 + 692 + 4 + 11);
        let words = message_tokens(TokenFamily::Words, &message, &|_| None);
        assert_eq!(words, 3, "two words and a picture");
    }
}
