//! An incremental parser of `text/event-stream`.
//!
//! Bytes go in as they come, cut anywhere: between the `\r` and `\n` of a line end, or inside a character.
//! It works on bytes and looks at text only once an event is whole, so a split character needs no special
//! care. Lines end in LF, CR or CRLF, as the standard has it; comments, `id`, `retry` and unknown fields are
//! passed over. An event larger than a whole answer may be is an error rather than a growing buffer.

use super::{TransportError, body::MAX_ANSWER};

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SseEvent {
    /// Its type; empty if it names none.
    pub event: String,
    /// Its data, lines joined by LF.
    pub data: String,
}

/// The parser.
#[derive(Debug, Default)]
pub struct SseParser {
    buffer: Vec<u8>,
    /// Everything before this has been parsed.
    start: usize,
    /// Everything before this is known to hold no line end.
    scanned: usize,
    begun: bool,
    /// The last line ended in CR, so an LF right after it belongs to it.
    after_cr: bool,
    event: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
}

impl SseParser {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// `TooLarge` if an event outgrows every bound.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        if self.buffer.len() + self.data.len() + bytes.len() > MAX_ANSWER {
            return Err(TransportError::TooLarge);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next whole event, or none until more bytes come. An event that the stream's end cuts off is
    /// dropped, as the standard says.
    pub fn next_event(&mut self) -> Option<SseEvent> {
        while let Some((from, to)) = self.next_line() {
            if from == to {
                if let Some(event) = self.dispatch() {
                    return Some(event);
                }
            } else {
                self.field(from, to);
            }
        }
        None
    }

    fn next_line(&mut self) -> Option<(usize, usize)> {
        if !self.begun {
            const BOM: &[u8] = b"\xef\xbb\xbf";
            let head = &self.buffer[..self.buffer.len().min(BOM.len())];
            if head.len() < BOM.len() && BOM.starts_with(head) {
                return None;
            }
            self.begun = true;
            if head == BOM {
                self.start = BOM.len();
                self.scanned = self.start;
            }
        }
        if self.after_cr && self.start < self.buffer.len() {
            self.after_cr = false;
            if self.buffer[self.start] == b'\n' {
                self.start += 1;
                self.scanned = self.scanned.max(self.start);
            }
        }
        let from = self.start;
        let Some(found) = memchr::memchr2(b'\n', b'\r', &self.buffer[self.scanned..]) else {
            self.scanned = self.buffer.len();
            return None;
        };
        let to = self.scanned + found;
        self.after_cr = self.buffer[to] == b'\r';
        self.start = to + 1;
        self.scanned = self.start;
        Some((from, to))
    }

    fn field(&mut self, from: usize, to: usize) {
        let line = &self.buffer[from..to];
        let colon = memchr::memchr(b':', line).unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..colon] {
            b"data" => {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            b"event" => {
                self.event.clear();
                self.event.extend_from_slice(value);
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let event = std::mem::take(&mut self.event);
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        Some(SseEvent {
            event: text(event),
            data: text(std::mem::take(&mut self.data)),
        })
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pieces: &[&[u8]]) -> Vec<SseEvent> {
        let mut parser = SseParser::default();
        let mut events = Vec::new();
        for piece in pieces {
            parser.push(piece).unwrap();
            while let Some(event) = parser.next_event() {
                events.push(event);
            }
        }
        events
    }

    fn event(event: &str, data: &str) -> SseEvent {
        SseEvent {
            event: event.into(),
            data: data.into(),
        }
    }

    #[test]
    fn all_line_ends_comments_and_unknown_fields() {
        let text = "\u{feff}: hello\r\nevent: a\r\ndata: 1\r\n\r\nid: 7\ndata:2\ndata: 3\nretry: 5\nfoo\n\n\
                    event: b\rdata\r\revent: lost\n\ndata: 日本\n\ndata: cut";
        let expected = [
            event("a", "1"),
            event("", "2\n3"),
            event("b", ""),
            event("", "日本"),
        ];
        assert_eq!(parse(&[text.as_bytes()]), expected);
        for at in 0..text.len() {
            let (head, tail) = text.as_bytes().split_at(at);
            assert_eq!(parse(&[head, tail]), expected, "cut at {at}");
        }
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(parse(&bytes), expected);
    }

    #[test]
    fn bytes_that_are_no_text_do_not_stop_it() {
        assert_eq!(parse(&[b"data: a\xffb\n\n"]), [event("", "a\u{fffd}b")]);
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut parser = SseParser::default();
        let piece = vec![b'x'; 1 << 20];
        let refused = (0..64).any(|_| {
            let full = parser.push(&piece).is_err();
            while parser.next_event().is_some() {}
            full
        });
        assert!(refused);
    }
}
