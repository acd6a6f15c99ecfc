//! What a picture costs in tokens. Providers publish several rules, and which one holds is a fact of the model.

use super::{ImageSource, image_size::image_size};

/// The size that a picture is taken to have if it does not tell.
const UNKNOWN_SIZE: (u64, u64) = (1_024, 1_024);

/// A rule by which pictures are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageRule {
    /// Fitted into 2048 × 2048, then to a short side of 768: so much for each tile of 512, and a base.
    Tiles {
        /// For the picture.
        base: u64,
        /// For each tile.
        tile: u64,
    },
    /// Squares of pixels, each a token times a factor.
    Patches {
        /// The side of a square.
        side: u64,
        /// The longest side that is not shrunk before it is cut; 0 if none is.
        long_side: u64,
        /// The most squares there can be, a picture of more is shrunk to fit; 0 if there is no bound.
        most: u64,
        /// Thousandths of a token for each square.
        thousandths: u64,
    },
    /// A budget that every picture takes.
    Budget(u64),
    /// 258 if both sides are within 384; otherwise 258 for each tile of two thirds of the short side, 256 to 768.
    Crops,
}

impl ImageRule {
    /// Between those of the vision models that open servers run: patches of 28 pixels, within bounds.
    pub const OPEN: Self = Self::patches(28, 0, 2_560, 1_000);

    /// [`Self::Patches`].
    #[must_use]
    pub const fn patches(side: u64, long_side: u64, most: u64, thousandths: u64) -> Self {
        Self::Patches {
            side,
            long_side,
            most,
            thousandths,
        }
    }

    /// The rule's name, for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tiles { .. } => "tiles",
            Self::Patches { .. } => "patches",
            Self::Budget(_) => "budget",
            Self::Crops => "crops",
        }
    }

    /// The tokens of a picture.
    #[must_use]
    pub fn tokens(self, source: &ImageSource) -> u64 {
        let size = match source {
            ImageSource::Data(data) => image_size(data),
            ImageSource::Url(_) => None,
        };
        let (width, height) = size.map_or(UNKNOWN_SIZE, |(w, h)| (u64::from(w), u64::from(h)));
        self.of_size(width.max(1), height.max(1))
    }

    /// The tokens of a picture of so many pixels.
    #[must_use]
    pub fn of_size(self, width: u64, height: u64) -> u64 {
        match self {
            Self::Tiles { base, tile } => base + tile * tiles(width, height),
            Self::Patches {
                side,
                long_side,
                most,
                thousandths,
            } => (patches(width, height, side, long_side, most) * thousandths).div_ceil(1_000),
            Self::Budget(tokens) => tokens,
            Self::Crops => crops(width, height),
        }
    }
}

fn tiles(width: u64, height: u64) -> u64 {
    let (mut long, mut short) = (width.max(height), width.min(height));
    if long > 2_048 {
        short = (short * 2_048 / long).max(1);
        long = 2_048;
    }
    if short > 768 {
        long = long * 768 / short;
        short = 768;
    }
    long.div_ceil(512) * short.div_ceil(512)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)] // Pixels.
fn patches(width: u64, height: u64, side: u64, long_side: u64, most: u64) -> u64 {
    let long = width.max(height);
    let (width, height) = if long_side > 0 && long > long_side {
        (width * long_side / long, height * long_side / long)
    } else {
        (width, height)
    };
    let count = width.max(1).div_ceil(side) * height.max(1).div_ceil(side);
    if most == 0 || count <= most {
        return count;
    }
    // Shrunk to that area, and then so that a side is a whole number of squares.
    let (width, height, side) = (width as f64, height as f64, side as f64);
    let shrink = (side * side * most as f64 / (width * height)).sqrt();
    let (across, down) = (width * shrink / side, height * shrink / side);
    let whole = (across.floor() / across).min(down.floor() / down);
    let count = |squares: f64| ((squares * whole - 1e-9).ceil() as u64).max(1);
    (count(across) * count(down)).min(most)
}

fn crops(width: u64, height: u64) -> u64 {
    if width <= 384 && height <= 384 {
        return 258;
    }
    let tile = (width.min(height) * 2 / 3).clamp(256, 768);
    258 * width.div_ceil(tile) * height.div_ceil(tile)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::estimate::TokenFamily;

    fn near(rule: ImageRule, (width, height): (u64, u64), counted: u64) {
        let tokens = rule.of_size(width, height);
        let within = tokens * 100 >= counted * 90 && tokens * 100 <= counted * 125;
        assert!(within, "{rule:?} {width}x{height}: {tokens} for {counted}");
    }

    /// The examples of OpenAI's and Google's own pages.
    #[test]
    fn pictures_cost_what_the_providers_publish() {
        let gpt4o = ImageRule::Tiles {
            base: 85,
            tile: 170,
        };
        assert_eq!(gpt4o.of_size(1_024, 1_024), 765);
        assert_eq!(gpt4o.of_size(2_048, 4_096), 1_105);
        let mini = ImageRule::Tiles {
            base: 2_833,
            tile: 5_667,
        };
        assert_eq!(mini.of_size(1_024, 1_024), 25_501);
        let patches = ImageRule::patches(32, 0, 1_536, 1_000);
        assert_eq!(patches.of_size(1_024, 1_024), 1_024);
        assert_eq!(patches.of_size(1_800, 2_400), 1_452);
        assert_eq!(ImageRule::Crops.of_size(384, 384), 258);
        assert_eq!(ImageRule::Crops.of_size(960, 540), 6 * 258);
        // Anthropic's page gives them as about so many.
        for (size, counted) in [(200, 54), (1_000, 1_334), (1_092, 1_590), (8_000, 1_600)] {
            near(TokenFamily::Claude.images(), (size, size), counted);
        }
    }

    #[test]
    fn a_picture_of_unknown_size_is_taken_for_a_square() {
        let url = ImageSource::Url("https://img.example.com/a".into());
        assert_eq!(
            ImageRule::Tiles {
                base: 85,
                tile: 170
            }
            .tokens(&url),
            765
        );
        assert_eq!(ImageRule::OPEN.tokens(&url), 37 * 37);
    }

    #[test]
    fn no_size_is_absurd() {
        for rule in TokenFamily::ALL.map(TokenFamily::images) {
            for size in [
                (1, 1),
                (1, 60_000),
                (60_000, 60_000),
                (u64::from(u32::MAX), 1),
            ] {
                assert!(rule.of_size(size.0, size.1) > 0, "{rule:?} {size:?}");
            }
        }
    }
}
