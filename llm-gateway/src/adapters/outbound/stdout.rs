//! Standard output in pieces rather than lines.
//!
//! A write for each log line was among the largest costs of a call. Lines are gathered and written when there
//! are many, or a tenth of a second old; warnings and errors at once. What a crash could lose is that tenth
//! of a second of calls.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

const FULL: usize = 16 * 1024;
/// How long a line may wait.
pub const FLUSH: Duration = Duration::from_millis(100);

struct Gathered {
    lines: Vec<u8>,
    out: File,
}

impl Gathered {
    fn write_out(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&self.lines);
        self.lines.clear();
        written
    }
}

/// Gathers lines; clones share what is gathered.
#[derive(Clone)]
pub struct Stdout(Arc<Mutex<Gathered>>);

impl Stdout {
    /// The process' standard output.
    ///
    /// # Errors
    /// If it is closed.
    pub fn new() -> io::Result<Self> {
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Self(Arc::new(Mutex::new(Gathered {
            lines: Vec::with_capacity(FULL + 4_096),
            out,
        }))))
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what has been gathered. There is nowhere to report a failure to.
    pub fn flush(&self) {
        let mut gathered = self.lock();
        if !gathered.lines.is_empty() {
            let _ = gathered.write_out();
        }
    }
}

/// Takes one line.
pub struct Line<'a> {
    gathered: MutexGuard<'a, Gathered>,
    urgent: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.lines.extend_from_slice(bytes);
        if self.urgent || self.gathered.lines.len() >= FULL {
            self.gathered.write_out()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Stdout {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line {
            gathered: self.lock(),
            urgent: false,
        }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line<'a> {
        Line {
            gathered: self.lock(),
            urgent: *metadata.level() <= Level::WARN,
        }
    }
}
