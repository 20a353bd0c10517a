//! A value that lives elsewhere: the last good one, the last error, the request under way and the next one.
//! All four can hold at once, and none of them erases another.

use jiff::Timestamp;

use crate::worker::protocol::RequestId;

/// What is known of a remote value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote<T, E> {
    /// The last good value and the local time at which it came.
    pub value: Option<(T, Timestamp)>,
    /// The error of the last attempt and its local time; cleared by the next good value.
    pub error: Option<(E, Timestamp)>,
    /// The request under way and the local time at which it left.
    pub in_flight: Option<(RequestId, Timestamp)>,
    /// When it is asked for next. Stands while a request is under way: it was due then, and an answer that
    /// comes at once changes nothing on the screen in between.
    pub next_at: Option<Timestamp>,
    /// The newest request seen, so that a late report of an older one is known as such.
    newest: Option<RequestId>,
    readings: u64,
    attempts: u64,
}

impl<T, E> Default for Remote<T, E> {
    fn default() -> Self {
        Self {
            value: None,
            error: None,
            in_flight: None,
            next_at: None,
            newest: None,
            readings: 0,
            attempts: 0,
        }
    }
}

impl<T, E> Remote<T, E> {
    /// What is known, without anything under way or due: whoever asks next numbers requests anew.
    #[must_use]
    pub fn resumed(self) -> Self {
        let Self { value, error, readings, attempts, .. } = self;
        Self { value, error, readings, attempts, ..Self::default() }
    }

    /// Whether a report of this request still counts.
    pub fn is_current(&self, request: RequestId) -> bool {
        self.newest.is_none_or(|newest| request >= newest)
    }

    /// Good values so far: tells a second one from the first looked at again, also where the two are equal.
    pub fn readings(&self) -> u64 {
        self.readings
    }

    /// Ended requests so far, whatever came of them.
    pub fn attempts(&self) -> u64 {
        self.attempts
    }

    /// A request has left at `at`.
    pub fn started(&mut self, request: RequestId, at: Timestamp) {
        self.newest = Some(request);
        self.in_flight = Some((request, at));
    }

    /// It has ended at `at`. A failure keeps the last good value.
    pub fn ended(
        &mut self,
        request: RequestId,
        result: Result<T, E>,
        at: Timestamp,
        next: Option<Timestamp>,
    ) {
        self.newest = Some(request);
        self.in_flight = None;
        self.next_at = next;
        self.attempts += 1;
        match result {
            Ok(value) => {
                self.value = Some((value, at));
                self.error = None;
                self.readings += 1;
            }
            Err(error) => self.error = Some((error, at)),
        }
    }
}
