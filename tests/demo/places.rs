//! Projects, clusters, rate limits and roles of the embedded Atlas, and what the program's own client makes of refusals.

use atlas_tui::api::{ApiError, ApiKey, Client, Credential, ErrorKind, Limits, RestoreApi};
use atlas_tui::demo::{Options, Organization, Principal, RateLimit, Running};
use atlas_tui::domain::lookup::Lookup;
use reqwest::Response;
use serde_json::{Value, json};

use crate::caller::{Caller, body, header, recording, started, url_of};

fn caller_as(demo: &Running, who: Principal) -> Caller {
    use atlas_tui::domain::secret::ExposeSecret;
    let mut caller = Caller::new(demo);
    who.public_key().clone_into(&mut caller.user);
    who.private_key().expose_secret().clone_into(&mut caller.password);
    caller
}

fn v2(demo: &Running, path: &str) -> String {
    format!("{}/api/atlas/v2/{path}", demo.base_url)
}

fn project_of(lookups: &[Lookup]) -> &str {
    lookups[0].target.project.as_str()
}

fn told(answer: &Response) -> (u16, &str) {
    (answer.status().as_u16(), header(answer, "x-error-code"))
}

/// The names of the members of a body, in order.
fn members(body: &Value) -> Vec<&str> {
    body.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_project_is_told_member_for_member_as_recorded() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let (_, recorded) = recording(include_str!("../recordings/groups-list.http"));
    let recorded: Value = serde_json::from_str(&recorded).unwrap();
    let project = project_of(&demo.lookups);
    let answer = caller.get(&v2(&demo, &format!("groups/{project}"))).await;
    assert_eq!(header(&answer, "content-type"), "application/vnd.atlas.2023-01-01+json;charset=utf-8");
    assert_eq!(header(&answer, "ratelimit-limit"), "1200");
    let one = body(answer).await;
    assert_eq!(members(&one), members(&recorded["results"][0]));
    assert_eq!((&one["id"], &one["clusterCount"]), (&json!(project), &json!(5)));
    assert_eq!((&one["created"], &one["name"]), (&json!("2024-02-12T15:54:38Z"), &json!("shop-production")));
    assert_eq!(one["orgId"], Organization::First.id());
    let all = body(caller.get(&v2(&demo, "groups")).await).await;
    assert_eq!(members(&all), members(&recorded));
    assert_eq!(all["results"], json!([one]));
}

#[tokio::test]
async fn clusters_are_told_by_the_endpoint_of_their_kind() {
    let (demo, _) = started(Options::default()).await;
    let mut caller = Caller::new(&demo);
    let root = format!("groups/{}", project_of(&demo.lookups));
    let (_, recorded) = recording(include_str!("../recordings/flex-clusters-list.http"));
    let recorded: Value = serde_json::from_str(&recorded).unwrap();
    let flex = body(caller.get(&v2(&demo, &format!("{root}/flexClusters"))).await).await;
    let mut known = members(&recorded["results"][0]);
    known.retain(|name| *name != "connectionStrings");
    assert_eq!(members(&flex["results"][0]), known);
    let names = |list: &Value| -> Vec<String> {
        list["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&flex), ["staging", "reports-07"]);
    let dedicated = body(caller.get(&v2(&demo, &format!("{root}/clusters?itemsPerPage=2"))).await).await;
    assert_eq!(
        (names(&dedicated), &dedicated["totalCount"]),
        (vec!["orders-prod".to_owned(), "billing-eu".to_owned()], &json!(3))
    );

    let one = caller.get(&v2(&demo, &format!("{root}/clusters/orders-prod"))).await;
    // The newest version that the caller knows is newer.
    assert_eq!(header(&one, "content-type"), "application/vnd.atlas.2024-08-05+json;charset=utf-8");
    let one = body(one).await;
    assert_eq!((&one["clusterType"], &one["stateName"]), (&json!("SHARDED"), &json!("IDLE")));
    assert_eq!(one, dedicated["results"][0]);
    assert_eq!(
        body(caller.get(&v2(&demo, &format!("{root}/flexClusters/staging"))).await).await,
        flex["results"][0]
    );
    for (path, status, code) in [
        ("clusters/staging", 400, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
        ("flexClusters/orders-prod", 400, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API"),
        ("clusters/nobody", 404, "CLUSTER_NOT_FOUND"),
    ] {
        assert_eq!(told(&caller.get(&v2(&demo, &format!("{root}/{path}"))).await), (status, code));
    }
}

#[tokio::test]
async fn the_published_rate_limit_is_the_one_that_is_kept() {
    let rate = RateLimit { capacity: 7, refill: 3, ..RateLimit::default() };
    let (demo, _) = started(Options { rate, ..Options::default() }).await;
    let path =
        "%2Fapi%2Fatlas%2Fv2%2Fgroups%2F%7BgroupId%7D%2FflexClusters%2F%7Bname%7D%2Fbackup%2FrestoreJobs";
    let query = format!("rateLimits?groupId={}&endpointPath={path}", project_of(&demo.lookups));
    let mut caller = Caller::new(&demo);
    let answer = caller.get(&v2(&demo, &query)).await;
    assert_eq!(header(&answer, "ratelimit-limit"), "7");
    assert_eq!(header(&answer, "content-type"), "application/vnd.atlas.2025-03-12+json;charset=utf-8");
    let limits = body(answer).await;
    assert_eq!(limits["totalCount"], 1);
    let limit = &limits["results"][0];
    assert_eq!((&limit["endpointSetName"], &limit["scope"]), (&json!("Flex Restore Jobs"), &json!("GROUP")));
    assert_eq!((&limit["capacity"], &limit["refillRate"]), (&json!({"value": 7}), &json!({"value": 3})));
    assert_eq!(limit["refillDurationSeconds"], json!({"value": 1}));
    assert_eq!(limit["endpoints"][0]["method"], "GET");
    let elsewhere = caller.get(&v2(&demo, "rateLimits?groupId=111111111111111111111111")).await;
    assert_eq!(told(&elsewhere), (404, "GROUP_NOT_FOUND"));
}

#[tokio::test]
async fn a_role_opens_what_is_published_and_says_401_to_the_rest() {
    let options = Options { second_organization: true, ..Options::default() };
    let (demo, _) = started(options).await;
    let group = v2(&demo, &format!("groups/{}", project_of(&demo.lookups)));
    let limits = v2(&demo, &format!("rateLimits?groupId={}", project_of(&demo.lookups)));
    let (flex, dedicated) = (url_of(&demo, "staging-refresh"), url_of(&demo, "orders-restore"));
    let (collections, ended) = (url_of(&demo, "orders-lines"), url_of(&demo, "reports-copy"));
    let (ok, small) = ((200, ""), (401, "USER_UNAUTHORIZED"));
    let (out, gone) = ((401, "USER_CANNOT_ACCESS_GROUP"), (410, "VERSION_GONE"));
    for (who, wanted) in [
        (Principal::Owner, [ok, ok, ok, ok, ok, gone]),
        (Principal::BackupManager, [ok, ok, ok, ok, ok, gone]),
        (Principal::ReadOnly, [ok, ok, ok, small, small, gone]),
        (Principal::Member, [out, out, out, out, out, gone]),
        (Principal::Partner, [out, out, out, out, out, gone]),
    ] {
        let mut caller = caller_as(&demo, who);
        for (url, wanted) in
            [&group, &limits, &flex, &dedicated, &collections, &ended].into_iter().zip(wanted)
        {
            let answer = caller.get(url).await;
            assert_eq!(told(&answer), wanted, "{who:?} {url}");
            if wanted.0 == 401 {
                assert_eq!(header(&answer, "www-authenticate"), "", "the key is right");
                assert_eq!(body(answer).await["parameters"], json!([]));
            }
        }
    }
    let nobody = caller_as(&demo, Principal::Member).get(&v2(&demo, "groups/111111111111111111111111")).await;
    assert_eq!(told(&nobody), (404, "GROUP_NOT_FOUND"));
}

#[tokio::test]
async fn a_live_serverless_instance_is_its_owners() {
    let serverless = atlas_tui::demo::ServerlessEndpoints::Live;
    let (demo, _) = started(Options { serverless, ..Options::default() }).await;
    let url = url_of(&demo, "reports-copy");
    assert_eq!(told(&caller_as(&demo, Principal::Owner).get(&url).await), (200, ""));
    assert_eq!(told(&caller_as(&demo, Principal::BackupManager).get(&url).await), (401, "USER_UNAUTHORIZED"));
}

#[tokio::test]
async fn a_second_organization_has_a_project_of_its_own() {
    let (demo, _) = started(Options { second_organization: true, ..Options::default() }).await;
    let (alone, _) = started(Options::default()).await;
    assert!(alone.partner_lookups.is_empty());
    assert_eq!(alone.lookups, demo.lookups, "the first one is the same with it");
    let (first, second) = (project_of(&demo.lookups), project_of(&demo.partner_lookups));
    assert_ne!(first, second);
    assert_eq!(demo.partner_lookups.len(), 12);
    let mut partner = caller_as(&demo, Principal::Partner);
    let mine = body(partner.get(&v2(&demo, "groups")).await).await;
    assert_eq!((&mine["results"][0]["id"], &mine["totalCount"]), (&json!(second), &json!(1)));
    assert_eq!(mine["results"][0]["orgId"], Organization::Second.id());
    for lookup in demo.partner_lookups.iter().filter(|lookup| lookup.label.starts_with("orders")) {
        let job = body(partner.get(&demo.url(lookup)).await).await;
        assert_eq!(job["id"], lookup.target.job.as_str());
        let refused = Caller::new(&demo).get(&demo.url(lookup)).await;
        assert_eq!(told(&refused), (401, "USER_CANNOT_ACCESS_GROUP"));
    }
    let nothing = body(caller_as(&alone, Principal::Partner).get(&v2(&alone, "groups")).await).await;
    assert_eq!((&nothing["results"], &nothing["totalCount"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn the_client_tells_a_small_role_from_a_wrong_key() {
    async fn error_of(demo: &Running, public_key: &str, who: Principal) -> ApiError {
        let key =
            Credential::Key(ApiKey { public_key: public_key.to_owned(), private_key: who.private_key() });
        let base = demo.base_url.parse().unwrap();
        let client = Client::new(&base, Some(key), Limits::default(), || unreachable!()).unwrap();
        client.restore_job(&demo.lookup("orders-restore").unwrap().target).await.unwrap_err()
    }
    let (demo, _) = started(Options::default()).await;
    for who in [Principal::ReadOnly, Principal::Member] {
        let error = error_of(&demo, who.public_key(), who).await;
        assert_eq!((error.kind, error.meta.http_status), (ErrorKind::Forbidden, Some(401)), "{who:?}");
    }
    let wrong = error_of(&demo, "demopubl", Principal::Member).await;
    assert!(matches!(wrong.kind, ErrorKind::KeyRefused { .. }), "{:?}", wrong.kind);
}
