//! The size of a picture, from its first bytes; what a picture costs depends on it.

/// Width and height in pixels, or none if the header does not tell.
#[must_use]
pub fn image_size(data: &[u8]) -> Option<(u32, u32)> {
    match data {
        [0x89, b'P', b'N', b'G', ..] => Some((be32(data, 16)?, be32(data, 20)?)),
        [b'G', b'I', b'F', ..] => Some((le16(data, 6)?, le16(data, 8)?)),
        [0xff, 0xd8, ..] => jpeg(data),
        [b'R', b'I', b'F', b'F', ..] => webp(data),
        _ => None,
    }
}

/// Walks the segments to the frame header.
fn jpeg(data: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        let (mark, kind) = (*data.get(at)?, *data.get(at + 1)?);
        if mark != 0xff {
            return None;
        }
        match kind {
            // Padding.
            0xff => at += 1,
            // Frame headers; C4, C8 and CC are something else.
            0xc0..=0xcf if !matches!(kind, 0xc4 | 0xc8 | 0xcc) => {
                return Some((be16(data, at + 7)?, be16(data, at + 5)?));
            }
            // Markers without a length.
            0x01 | 0xd0..=0xd9 => at += 2,
            _ => at += 2 + usize::try_from(be16(data, at + 2)?).ok()?.max(2),
        }
    }
}

fn webp(data: &[u8]) -> Option<(u32, u32)> {
    match data.get(12..16)? {
        b"VP8 " => Some((le16(data, 26)? & 0x3fff, le16(data, 28)? & 0x3fff)),
        b"VP8L" => {
            let bits = le16(data, 21)? | le16(data, 23)? << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let le24 = |at| Some(le16(data, at)? | u32::from(*data.get(at + 2)?) << 16);
            Some((le24(24)? + 1, le24(27)? + 1))
        }
        _ => None,
    }
}

fn be32(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at + 4)?
        .try_into()
        .ok()
        .map(u32::from_be_bytes)
}

fn be16(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at + 2)?.try_into().ok()?;
    Some(u32::from(u16::from_be_bytes(bytes)))
}

fn le16(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at + 2)?.try_into().ok()?;
    Some(u32::from(u16::from_le_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_headers() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x03\0\x08\x06\0\0\0";
        assert_eq!(image_size(png), Some((1024, 768)));
        assert_eq!(image_size(b"GIF89a\x40\x01\xf0\0"), Some((320, 240)));
        let jpeg =
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x02\xff\xc2\0\x11\x08\x02\x58\x03\x20\x03";
        assert_eq!(image_size(jpeg), Some((800, 600)));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01";
        assert_eq!(image_size(lossy), Some((640, 480)));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\x00";
        assert_eq!(image_size(lossless), Some((640, 480)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
        assert_eq!(image_size(extended), Some((640, 480)));
    }

    #[test]
    fn what_is_cut_short_has_no_size() {
        for data in [
            &b""[..],
            b"\x89PNG",
            b"GIF8",
            b"\xff\xd8\xff\xe0\0\0",
            b"RIFF....WEBPVP8 ",
            b"\xff\xd8ab",
        ] {
            assert_eq!(image_size(data), None);
        }
    }
}
