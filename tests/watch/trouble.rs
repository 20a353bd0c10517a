//! What goes wrong in the middle of a watch, and what it ends with.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_outage_is_waited_out_and_said_once() {
    let scene = Scene::of(|_, second| match second {
        0..30 | 7_200.. => Ok(if second < 30 { running() } else { completed(5_000) }),
        _ => Err(error(ErrorKind::Connect)),
    });
    let played = scene.text().await;
    assert_eq!(played.code, 0);
    let lines = played.lines();
    assert_eq!(lines.len(), 4, "{}", played.out);
    assert!(
        lines[1].contains(
            "job-1: Atlas cannot be reached: no connection. It is asked again for as long as it takes."
        ),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("job-1: read again, after 1 h 5"), "{}", lines[2]);
    assert!(lines[3].contains("completed"), "{}", lines[3]);
    assert_eq!(played.hooks.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_does_so_from_the_first_failure_on() {
    let down = || Scene::of(|_, _| Err(error(ErrorKind::Connect)));
    let played = down().rules(|rules| rules.give_up_after = Some(seconds(300))).text().await;
    assert_eq!((played.code, played.took.as_secs()), (8, 300), "{}", played.out);
    assert!(played.lines()[1].contains("given up after 5 min 00 s without an answer."), "{}", played.out);

    let later =
        Scene::of(|_, second| if second < 1_000 { Ok(running()) } else { Err(error(ErrorKind::NotJson)) });
    let played = later.rules(|rules| rules.give_up_after = Some(seconds(300))).json(false).await;
    assert_eq!(played.code, 8, "no answer in time, whatever came instead");
    assert!((1_300..1_312).contains(&played.took.as_secs()), "{:?}", played.took);
    let last = played.objects().pop().unwrap();
    assert_eq!(
        (&last["phase"], &last["stale"]),
        (&"running".into(), &true.into()),
        "the last line is a whole one"
    );
    assert!(played.err.contains("given up"), "{}", played.err);
}

/// Nothing that goes wrong ends in a success, and nothing that time cannot mend is waited for.
#[tokio::test(start_paused = true)]
async fn no_error_leads_to_code_0() {
    let shape = ErrorKind::WrongShape { field: "a".into(), expected: "b".into(), found: "c".into() };
    let kinds = [
        (ErrorKind::NoCredentials, 7, 7),
        (ErrorKind::KeyRefused { public_key_hint: "abcd…".into() }, 7, 7),
        (ErrorKind::Forbidden, 7, 7),
        (ErrorKind::AddressBlocked, 7, 7),
        (ErrorKind::NotFound(Missing::Project), 6, 6),
        (ErrorKind::NotFound(Missing::Instance), 6, 6),
        (ErrorKind::NotFound(Missing::Job), 6, 6),
        (ErrorKind::NotFound(Missing::Unsaid), 6, 6),
        (ErrorKind::WrongKind, 2, 2),
        (ErrorKind::Ended, 6, 6),
        (ErrorKind::RateLimited, 8, 8),
        (ErrorKind::ServerError, 8, 8),
        (ErrorKind::UnexpectedStatus, 8, 8),
        (ErrorKind::Redirected { to_host: "example.org".into() }, 8, 8),
        (ErrorKind::Timeout, 8, 8),
        (ErrorKind::Dns, 8, 8),
        (ErrorKind::Connect, 8, 8),
        (ErrorKind::Tls, 8, 8),
        (ErrorKind::Proxy, 8, 8),
        (ErrorKind::Cut, 8, 8),
        (ErrorKind::TooLarge { limit: 1 }, 1, 8),
        (ErrorKind::NotJson, 8, 8),
        (shape, 1, 8),
        (ErrorKind::Internal, 1, 8),
    ];
    for (kind, first, later) in kinds {
        for (from, code) in [(0, first), (60, later)] {
            let kind = kind.clone();
            let scene = Scene::of(
                move |_, second| {
                    if second < from { Ok(running()) } else { Err(error(kind.clone())) }
                },
            );
            let played = scene.rules(|rules| rules.give_up_after = Some(seconds(7_200))).json(false).await;
            assert_eq!(played.code, code, "from second {from}: {}", played.out);
            assert!(!played.err.is_empty(), "and says why");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_the_middle_of_the_night_is_asked_about_again() {
    let refused = || ErrorKind::KeyRefused { public_key_hint: "abcd…".into() };
    let mended = Scene::of(move |_, second| match second {
        3_600..4_000 => Err(error(refused())),
        5_000.. => Ok(completed(4_990)),
        _ => Ok(running()),
    });
    assert_eq!(mended.text().await.code, 0);
    let stays =
        Scene::of(move |_, second| if second < 3_600 { Ok(running()) } else { Err(error(refused())) });
    let played = stays.text().await;
    assert_eq!(played.code, 7);
    assert!(
        played.out.contains("It is asked again; refused 3 times in a row, its watch ends."),
        "{}",
        played.out
    );
    assert!(
        (4_100..4_400).contains(&played.took.as_secs()),
        "three times, five minutes apart: {:?}",
        played.took
    );
}

/// The worker counts failures of any sort, and gives up a job that is not found after them: so must the watch.
#[tokio::test(start_paused = true)]
async fn gone_after_an_outage_is_gone() {
    let scene = Scene::of(|_, second| match second {
        0..30 => Ok(running()),
        30..300 => Err(error(ErrorKind::Timeout)),
        _ => Err(error(ErrorKind::NotFound(Missing::Job))),
    });
    let played = scene.json(false).await;
    assert_eq!(played.code, 6);
    assert_eq!(played.objects().last().unwrap()["phase"], "gone");
}

#[tokio::test(start_paused = true)]
async fn one_miss_is_not_gone_and_one_step_back_is_none() {
    let scene = || {
        Scene::of(|_, second| match second {
            30..41 => Err(error(ErrorKind::NotFound(Missing::Job))),
            0..500 => Ok(running()),
            _ => Ok(completed(500)),
        })
    };
    let played = scene().json(false).await;
    assert_eq!(played.code, 0, "{}", played.out);
    let told = scene().text().await.out;
    assert!(told.contains("It is asked once more."), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_link_that_ends_while_others_run_is_an_expired_one() {
    let scene = Scene::of(|n, second| match n {
        1 => Ok(link(600)),
        _ if second < 1_000 => Ok(running()),
        _ => Ok(completed(1_000)),
    });
    let played = scene.jobs(2).text().await;
    assert_eq!(played.code, 5, "{}", played.out);
    assert!(played.out.contains("job-1: link ready · the link ends at 2026-08-10T03:48:43Z, in 00:10:00 · https://restore.example/a.tar.gz"), "{}", played.out);
    assert!(
        played.out.contains("2026-08-10T03:48:43Z ⌛ job-1: expired (was link ready)"),
        "at that second: {}",
        played.out
    );
}

#[tokio::test(start_paused = true)]
async fn usable_means_that_the_cluster_is_idle() {
    let jobs = |_, second| Ok(if second < 50 { running() } else { completed(50) });
    let played = Scene::of(jobs).states(|asked| Ok(if asked < 4 { "UPDATING" } else { "IDLE" })).text().await;
    assert_eq!(played.code, 0, "{}", played.out);
    let clusters = played.atlas.states.lock().unwrap();
    assert_eq!(clusters.len(), 5);
    assert_eq!(clusters[0].0.instance.as_str(), "recovery");
    assert!(clusters.windows(2).all(|pair| (pair[1].1 - pair[0].1).as_secs() == 10), "{clusters:?}");
    let said = [
        "waiting for cluster recovery to be idle",
        "cluster recovery is UPDATING",
        "cluster recovery is idle",
    ];
    for words in said {
        assert_eq!(played.out.matches(words).count(), 1, "{words} in {}", played.out);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_cannot_be_asked_about_is_no_success() {
    let forbidden: fn(usize) -> State = |_| Err(error(ErrorKind::Forbidden));
    let unknown: fn(usize) -> State = |_| Err(error(ErrorKind::NotFound(Missing::Instance)));
    let leaving: fn(usize) -> State = |_| Ok("DELETING");
    for (state, code, words) in [
        (forbidden, 7, "whether cluster recovery is idle is not known. The key may not read clusters there"),
        (unknown, 6, "Atlas knows no cluster recovery"),
        (leaving, 6, "cluster recovery is DELETING and will not be usable"),
    ] {
        let played = Scene::of(|_, _| Ok(completed(-5))).states(state).text().await;
        assert_eq!(played.code, code, "{}", played.out);
        assert!(played.out.contains("job-1: restored, but "), "{}", played.out);
        assert!(played.out.contains(words), "{words} in {}", played.out);
    }
    // Down for a while, and down for too long.
    let played = Scene::of(|_, _| Ok(completed(-5)))
        .states(|asked| if asked < 3 { Err(error(ErrorKind::Timeout)) } else { Ok("IDLE") })
        .text()
        .await;
    assert_eq!(played.code, 0, "{}", played.out);
    let played = Scene::of(|_, _| Ok(completed(-5)))
        .states(|_| Err(error(ErrorKind::Timeout)))
        .rules(|rules| rules.give_up_after = Some(seconds(120)))
        .text()
        .await;
    assert_eq!(played.code, 8, "{}", played.out);
    // A name that no path can hold.
    let odd = || RestoreJob { target_name: Some("注文".to_owned()), ..completed(-5) };
    let played = Scene::of(move |_, _| Ok(odd())).states(|_| panic!("it has no path")).text().await;
    assert_eq!(played.code, 1, "{}", played.out);
    assert!(played.out.contains("whether 注文 is idle cannot be asked"), "{}", played.out);
    // A download goes into no cluster.
    let played = Scene::of(|_, _| Ok(link(900))).states(|_| panic!("no cluster")).text().await;
    assert_eq!(played.code, 0);
}
