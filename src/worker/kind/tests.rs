//! Every pair of answers of the two endpoints, and what follows from it.

use std::sync::Mutex;

use super::*;
use crate::domain::job::RestoreJob;

/// Answers each kind with its own error, or with a job.
struct Atlas {
    flex: Option<ErrorKind>,
    dedicated: Option<ErrorKind>,
    asked: Mutex<Vec<Kind>>,
}

impl Atlas {
    fn new(flex: Option<ErrorKind>, dedicated: Option<ErrorKind>) -> Self {
        Self { flex, dedicated, asked: Mutex::default() }
    }

    fn answer<T>(&self, kind: Kind, good: impl FnOnce(Meta) -> T) -> Result<T, ApiError> {
        self.asked.lock().unwrap().push(kind);
        let meta = Meta { requests: 1, body_bytes: 100, ..Meta::default() };
        let error = match kind {
            Kind::Flex => &self.flex,
            Kind::Dedicated => &self.dedicated,
            _ => &Some(ErrorKind::Ended),
        };
        match error {
            None => Ok(good(meta)),
            Some(kind) => {
                Err(ApiError { kind: kind.clone(), code: None, detail: None, retry_after: None, meta })
            }
        }
    }
}

impl RestoreApi for Atlas {
    async fn restore_job(&self, target: &Target) -> Result<Answer, ApiError> {
        self.answer(target.kind, |meta| Answer { job: RestoreJob::default(), meta })
    }

    async fn restore_jobs(&self, batch: &Batch) -> Result<Listing, ApiError> {
        self.answer(batch.cluster.kind, |meta| Listing { jobs: Vec::new(), depth: 0, complete: true, meta })
    }
}

fn target(kind: Kind) -> Target {
    format!("{kind}/6a793f6b2c88faeba59bae37/orders-305/6a794733c0eb9e7a17740663").parse().unwrap()
}

fn now<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Who was asked, what came of it, and which kind that proves.
type Row = (Vec<Kind>, Result<(), ErrorKind>, Option<Kind>);

fn found(kind: Kind, flex: Option<ErrorKind>, dedicated: Option<ErrorKind>) -> Row {
    let atlas = Atlas::new(flex, dedicated);
    let single = now(read(&atlas, &target(kind)));
    let asked = std::mem::take(&mut *atlas.asked.lock().unwrap());
    let batch = Batch { cluster: target(kind).cluster(), items: 100, wanted: vec![target(kind).job] };
    let list = now(list(&atlas, &batch));
    assert_eq!(*atlas.asked.lock().unwrap(), asked, "a list is asked for as a job is");
    assert_eq!(list.kind, single.kind);
    let requests = match (&single.result, &list.result) {
        (Ok(answer), Ok(listing)) => [answer.meta.requests, listing.meta.requests],
        (Err(one), Err(other)) => [one.meta.requests, other.meta.requests],
        other => panic!("{other:?}"),
    };
    assert_eq!(requests, [u32::try_from(asked.len()).unwrap(); 2], "each question is counted");
    (asked, single.result.map(drop).map_err(|error| error.kind), single.kind)
}

#[test]
fn flex_is_asked_first_and_definite_codes_lead_to_dedicated() {
    use ErrorKind::{NotFound, WrongKind};
    use Kind::{Auto, Dedicated, Flex};
    let instance = || NotFound(Missing::Instance);
    let both = || vec![Flex, Dedicated];
    assert_eq!(found(Auto, None, None), (vec![Flex], Ok(()), Some(Flex)));
    assert_eq!(found(Auto, Some(WrongKind), None), (both(), Ok(()), Some(Dedicated)));
    assert_eq!(found(Auto, Some(instance()), None), (both(), Ok(()), Some(Dedicated)));
    // The job may be missing; that the cluster is no Flex one was said by its code.
    let job = || NotFound(Missing::Job);
    assert_eq!(found(Auto, Some(WrongKind), Some(job())), (both(), Err(job()), Some(Dedicated)));
    // An instance that neither knows is of no kind.
    assert_eq!(found(Auto, Some(instance()), Some(instance())), (both(), Err(instance()), None));
    assert_eq!(found(Auto, Some(instance()), Some(job())), (both(), Err(job()), None));
    assert_eq!(found(Auto, Some(WrongKind), Some(WrongKind)), (both(), Err(WrongKind), None));
    assert_eq!(found(Auto, Some(WrongKind), Some(instance())), (both(), Err(instance()), None));
}

#[test]
fn any_other_failure_is_a_failure_and_proves_nothing() {
    let others = [
        ErrorKind::NotFound(Missing::Job),
        ErrorKind::NotFound(Missing::Project),
        ErrorKind::NotFound(Missing::Unsaid),
        ErrorKind::Forbidden,
        ErrorKind::KeyRefused { public_key_hint: "abcd".into() },
        ErrorKind::RateLimited,
        ErrorKind::ServerError,
        ErrorKind::Timeout,
        ErrorKind::NotJson,
        ErrorKind::Ended,
        ErrorKind::UnexpectedStatus,
    ];
    for error in others {
        let row = found(Kind::Auto, Some(error.clone()), None);
        assert_eq!(row, (vec![Kind::Flex], Err(error), None));
    }
}

#[test]
fn a_cluster_that_changed_its_kind_is_found_in_the_same_question() {
    use ErrorKind::WrongKind;
    use Kind::{Dedicated, Flex};
    assert_eq!(found(Flex, Some(WrongKind), None), (vec![Flex, Dedicated], Ok(()), Some(Dedicated)));
    assert_eq!(found(Dedicated, None, Some(WrongKind)), (vec![Dedicated, Flex], Ok(()), Some(Flex)));
    // A kind that was named is not doubted for less.
    let missing = ErrorKind::NotFound(Missing::Instance);
    assert_eq!(found(Flex, Some(missing.clone()), None), (vec![Flex], Err(missing), None));
    // Nobody knows another kind for these.
    for kind in [Kind::Serverless, Kind::ServerlessV2, Kind::Collection] {
        assert_eq!(found(kind, None, None), (vec![kind], Err(ErrorKind::Ended), None));
    }
}
