"""The facts of §18 about live and next: preparation, request, outcome.

The channels, bundles and keys are those of ``world``; the channel is ``beta`` with the stable
bundle 1.360.0 (id 4) unless a case has another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.sandbox.contract_app import (
    BUILTIN_DEVICE,
    EMPTY,
    ENCRYPTED_APP,
    KNOWN_DEVICE,
    NEWER_DEVICE,
    A,
    key_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

BETA, NO_ACCESS = 3, 4
STABLE, TARGET, NEW = 4, 6, 5
OK = {"status": "ok"}
#: The fields of a channel without a rollout.
NO_ROLLOUT = {"rollout_version": None, "rolloutPausedAt": None, "rolloutPauseReason": None}
ZIP = {"external_url": "https://example.invalid/x.zip", "checksum": "0" * 64}


class Request(NamedTuple):
    """One request; its fields go into the query of a GET and into the body of anything else."""

    method: str
    path: str
    fields: Mapping[str, object]
    key: str = ""

    def __str__(self) -> str:
        text = ", ".join(f"{name}={value}" for name, value in self.fields.items() if value != A)
        return f"{self.method} {self.path} {text}"


class Fact(NamedTuple):
    """One fact; ``answer`` and ``channel`` have only the fields to compare.

    ``has_new_rollout_id`` tells whether the channel's ``rollout_id`` is another one afterwards.
    """

    section: str
    request: Request
    status: int = 200
    code: str = ""
    before: tuple[Request, ...] = ()
    answer: object = None
    channel: Mapping[str, object] = {}
    name: str = "beta"
    has_new_rollout_id: bool | None = None
    key: str = key_of("org_super_admin")

    def __str__(self) -> str:
        after = f" after {len(self.before)}" if self.before else ""
        return f"{self.section} {self.request}{after}"


def get(path: str, **fields: object) -> Request:
    return Request("GET", path, {"app_id": A, **fields})


def post(**fields: object) -> Request:
    """Create or change a channel, ``beta`` unless another is named."""
    return Request("POST", "/channel", {"app_id": A, "channel": "beta", **fields})


def put(version_id: object = NEW, channel_id: object = BETA, **fields: object) -> Request:
    """Put a bundle on a channel."""
    body = {"app_id": A, "version_id": version_id, "channel_id": channel_id, **fields}
    return Request("PUT", "/bundle", body)


def bundle(app_id: str = A, **fields: object) -> Request:
    """Register an external bundle."""
    return Request("POST", "/bundle", {"app_id": app_id, "version": "7.0.0", **ZIP, **fields})


#: A rollout of 2.0.0 to a quarter of the devices: running, paused, and set but not switched on.
RUNNING = post(rolloutVersion="2.0.0", rolloutPercentage=25, rolloutEnabled=True)
PAUSE = post(rolloutPaused=True, rolloutPauseReason="errors")
SET = post(rolloutVersion="2.0.0", rolloutPercentage=25)
ROLLOUT_FIELDS = {"rollout_version": TARGET, "rolloutEnabled": True, "rolloutPercentageBps": 2500}

_STABLE_BUNDLE = {"version": {"name": "1.360.0", "id": STABLE}}

NEXT = [
    # GET /channel
    Fact(
        "18.3",
        get("/channel", channel="production"),
        answer={"ios": False, "android": True, "updatePackage": "all"},
    ),
    Fact("18.3", post(ios=False), channel={"ios": False, "android": True}),
    # POST /channel: updatePackage
    *(
        Fact("18.4", post(version="1.361.0", **{name: word}), channel={"updatePackage": word})
        for name in ("updatePackage", "update_package")
        for word in ("all", "zip", "delta", "zip_from_builtin", "delta_from_builtin")
    ),
    Fact("18.4", post(updatePackage="tar"), 400, "invalid_update_package"),
    Fact("18.4", post(update_package=["zip"]), 400, "invalid_update_package"),
    Fact("18.4", post(updatePackage=None), channel={"updatePackage": "all"}),
    *(
        Fact("18.4", post(updatePackage=word), 400, code, channel={"updatePackage": "all"})
        for word, code in (
            ("zip", "channel_zip_required"),
            ("zip_from_builtin", "channel_zip_required"),
            ("delta", "channel_delta_required"),
            ("delta_from_builtin", "channel_delta_required"),
        )
    ),
    Fact("18.4", post(updatePackage="zip", version="1.359.0"), channel={"updatePackage": "zip"}),
    Fact("18.4", post(updatePackage="zip", version="2.0.0"), 400, "channel_zip_required"),
    Fact("18.4", post(updatePackage="delta", version="2.0.0"), channel={"updatePackage": "delta"}),
    Fact("18.4", post(updatePackage="delta", version="1.359.0"), 400, "channel_delta_required"),
    Fact(
        "18.4",
        post(rolloutVersion="2.0.0"),
        400,
        "channel_zip_required",
        (post(updatePackage="zip", version="1.359.0"),),
        channel={"rollout_version": None},
    ),
    Fact(
        "18.4",
        post(channel="new", version="2.0.0", updatePackage="zip"),
        400,
        "channel_zip_required",
    ),
    Fact("18.4", post(channel="new", updatePackage="zip"), answer=OK, name="new"),
    Fact(
        "18.4",
        put(TARGET, target="stable"),
        400,
        "channel_zip_required",
        (post(updatePackage="zip", version="1.359.0"),),
        channel={"version": {"name": "1.359.0", "id": 3}},
    ),
    Fact(
        "18.4",
        put(3, target="rollout"),
        400,
        "channel_delta_required",
        (post(updatePackage="delta", version="2.0.0"),),
        channel={"rollout_version": None},
    ),
    # POST /channel: public
    *(
        Fact("18.4", post(**fields), 400, "cannot_access_app", key=key, name=name)
        for fields, key, name in (
            ({"channel": "new", "public": True}, key_of("app_developer"), "production"),
            ({"channel": "new", "public": True}, key_of("app_preview"), "production"),
            ({"public": True}, "key-beta-admin", "beta"),
        )
    ),
    Fact("18.4", post(public=True), key=key_of("org_admin"), channel={"public": True}),
    Fact("18.4", post(public=True), key=key_of("app_admin"), channel={"public": True}),
    Fact(
        "18.4",
        post(public=True, ios=False),
        before=(post(public=True),),
        key="key-beta-admin",
        channel={"public": True, "ios": False},
    ),
    Fact("18.4", post(public=False), key="key-beta-admin", channel={"public": False}),
    Fact("18.4", post(channel="new", public=False), key=key_of("app_developer"), name="new"),
    # POST /channel: rolloutEnabled false
    Fact(
        "18.4",
        post(rolloutEnabled=False),
        before=(RUNNING, PAUSE),
        channel={**NO_ROLLOUT, "rolloutEnabled": False, "rolloutPercentageBps": 2500},
        has_new_rollout_id=True,
    ),
    Fact(
        "18.4",
        post(rolloutEnabled=False, rolloutVersion="1.361.0", rolloutPaused=True),
        before=(RUNNING,),
        channel={**NO_ROLLOUT, "rolloutEnabled": False},
    ),
    Fact(
        "18.4",
        post(rolloutEnabled=False),
        400,
        "cannot_promote_bundle",
        (RUNNING,),
        channel=ROLLOUT_FIELDS,
        key="key-no-promoting",
        has_new_rollout_id=False,
    ),
    Fact(
        "18.4",
        post(rolloutEnabled=False),
        channel={"rolloutEnabled": False},
        key="key-no-promoting",
    ),
    Fact(
        "18.4",
        post(channel="new", rolloutEnabled=False),
        answer=OK,
        name="new",
        channel={"rolloutEnabled": False},
    ),
    Fact(
        "18.4",
        post(rolloutEnabled=True, rolloutPercentage=50),
        before=(SET,),
        channel={**ROLLOUT_FIELDS, "rolloutPercentageBps": 5000},
        key="key-no-promoting",
        has_new_rollout_id=False,
    ),
    Fact("18.4", SET, channel={"rollout_version": TARGET, "rolloutEnabled": False}),
    # POST /channel: advanceRollout
    *(
        Fact(
            "18.4",
            post(rolloutVersion="1.361.0", **{name: True}),
            before=(RUNNING, PAUSE),
            channel={
                "version": {"name": "2.0.0", "id": TARGET},
                "rollout_version": NEW,
                "rolloutEnabled": True,
                "rolloutPausedAt": None,
                "rolloutPauseReason": None,
                "rolloutPercentageBps": 2500,
            },
            has_new_rollout_id=True,
        )
        for name in ("advanceRollout", "advance_rollout")
    ),
    Fact(
        "18.4",
        post(rolloutVersion="1.361.0", advanceRollout=True, rolloutPercentage=10),
        before=(SET,),
        channel={"rollout_version": NEW, "rolloutEnabled": True, "rolloutPercentageBps": 1000},
    ),
    Fact(
        "18.4",
        post(rolloutVersion="1.361.0", advanceRollout=True),
        400,
        "missing_rollout_version",
        channel={**NO_ROLLOUT, **_STABLE_BUNDLE},
    ),
    Fact(
        "18.4",
        post(advanceRollout=True),
        400,
        "missing_rollout_version",
        (RUNNING,),
        channel={**ROLLOUT_FIELDS, **_STABLE_BUNDLE},
    ),
    Fact(
        "18.4",
        post(rolloutVersion="1.361.0", advanceRollout=True),
        400,
        "cannot_promote_bundle",
        (RUNNING,),
        channel=ROLLOUT_FIELDS,
        key="key-no-promoting",
    ),
    # POST /channel: promoteToStable
    Fact(
        "18.4",
        post(promoteToStable=True),
        before=(RUNNING,),
        channel={
            **NO_ROLLOUT,
            "version": {"name": "2.0.0", "id": TARGET},
            "rolloutEnabled": False,
            "rolloutPercentageBps": 0,
        },
        has_new_rollout_id=True,
    ),
    Fact(
        "18.4",
        post(promoteToStable=True, rolloutVersion="1.361.0"),
        before=(RUNNING,),
        channel={**NO_ROLLOUT, "version": {"name": "1.361.0", "id": NEW}, "rolloutEnabled": False},
    ),
    Fact("18.4", post(promoteToStable=True), 400, "missing_rollout_version"),
    # A new stable bundle
    *(
        Fact(
            "18.4",
            request,
            before=before,
            channel={
                **NO_ROLLOUT,
                "version": version,
                "rolloutEnabled": False,
            },
            has_new_rollout_id=True,
        )
        for before in ((RUNNING,), (RUNNING, PAUSE), (SET,))
        for request, version in (
            (post(version="1.361.0"), {"name": "1.361.0", "id": NEW}),
            (post(version=None), None),
            (post(version="1.361.0", rolloutVersion="2.0.0"), {"name": "1.361.0", "id": NEW}),
            (put(NEW, target="stable"), {"name": "1.361.0", "id": NEW}),
        )
    ),
    Fact(
        "18.4",
        post(version="1.361.0", rolloutVersion="1.0.1"),
        before=(RUNNING,),
        channel={**ROLLOUT_FIELDS, "rollout_version": 2, "version": {"name": "1.361.0", "id": NEW}},
        has_new_rollout_id=True,
    ),
    Fact(
        "18.4",
        post(version="1.360.0"),
        before=(RUNNING,),
        channel={**ROLLOUT_FIELDS, **_STABLE_BUNDLE},
        has_new_rollout_id=False,
    ),
    Fact(
        "18.4",
        put(STABLE, target="stable"),
        before=(RUNNING,),
        channel={**ROLLOUT_FIELDS, **_STABLE_BUNDLE},
        has_new_rollout_id=False,
    ),
    Fact(
        "18.4",
        post(allow_dev=False),
        before=(RUNNING, PAUSE),
        channel=ROLLOUT_FIELDS,
        has_new_rollout_id=False,
    ),
    Fact(
        "18.4",
        post(version="1.361.0"),
        channel={"version": {"name": "1.361.0", "id": NEW}},
        has_new_rollout_id=False,
    ),
    # PUT /bundle
    *(
        Fact(
            "18.5",
            put(NEW, **fields),
            answer={
                "status": "success",
                "message": "Bundle 1.361.0 set to channel beta",
                "assignmentTarget": "stable",
            },
            channel={"version": {"name": "1.361.0", "id": NEW}, "rollout_version": None},
        )
        for fields in ({}, {"target": "auto"}, {"target": "stable"}, {"target": None})
    ),
    *(
        Fact(
            "18.5",
            put(NEW, **fields),
            before=before,
            answer={
                "status": "success",
                "message": "Bundle 1.361.0 set as rollout target on channel beta",
                "assignmentTarget": "rollout",
            },
            channel={"rollout_version": NEW, "rolloutEnabled": True, **_STABLE_BUNDLE},
            has_new_rollout_id=True,
        )
        for before, fields in (
            ((RUNNING,), {}),
            ((RUNNING, PAUSE), {"target": "auto"}),
            ((SET,), {}),
            ((post(rolloutEnabled=True),), {}),
            ((RUNNING,), {"target": "rollout"}),
            ((), {"target": "rollout"}),
        )
    ),
    *(
        Fact("18.5", put(target=word), 400, "invalid_target", channel=_STABLE_BUNDLE)
        for word in ("both", "Stable", "", 1, ["stable"])
    ),
    Fact(
        "18.5",
        put(NEW, NO_ACCESS, target="rollout"),
        400,
        "cannot_set_rollout_without_stable",
        name="no_access",
        channel={"rollout_version": None, "version": None},
    ),
    Fact(
        "18.5",
        put(NEW, NO_ACCESS),
        400,
        "cannot_set_rollout_without_stable",
        (post(channel="no_access", rolloutEnabled=True),),
        name="no_access",
    ),
    Fact("18.5", put(NEW, NO_ACCESS), answer={"assignmentTarget": "stable"}, name="no_access"),
    Fact("18.5", put(target="rollout"), 400, "cannot_access_app", key="key-no-promoting"),
    # GET /bundle
    Fact("18.6", get("/bundle", page=7), answer=[]),
    Fact("18.6", get("/bundle", app_id=EMPTY), answer=[]),
    # GET /device
    *(
        Fact("18.7", get("/device", custom_id=word), 400, "invalid_custom_id")
        for word in ("", "   ", "x" * 37)
    ),
    Fact("18.7", get("/device", custom_id="x" * 36), answer={"data": [], "hasMore": False}),
    Fact("18.7", get("/device", custom_id=f"  {'x' * 36}  "), answer={"data": []}),
    Fact("18.7", get("/device", custom_id="QA-07"), answer={"data": []}),
    Fact("18.7", get("/device", custom_id="qa-0"), answer={"data": []}),
    Fact("18.7", get("/device", app_id=EMPTY), 404, "devices_not_found"),
    Fact("18.7", get("/device", app_id=EMPTY, custom_id=""), 400, "invalid_custom_id"),
    Fact(
        "18.7",
        get("/device", device_id=KNOWN_DEVICE, custom_id="x" * 40),
        answer={"device_id": KNOWN_DEVICE, "custom_id": ""},
    ),
    # New reads
    Fact(
        "18.8",
        get("/channel/current-bundle", channel="beta"),
        answer={
            "bundle_name": "1.360.0",
            "bundle_id": STABLE,
            "min_update_version": None,
            "native_packages": [],
            "disable_auto_update": "major",
        },
    ),
    Fact(
        "18.8",
        get("/channel/current-bundle", channel="no_access"),
        answer={"bundle_name": None, "bundle_id": None, "native_packages": []},
    ),
    Fact("18.8", get("/channel/current-bundle"), 400, "missing_channel"),
    Fact("18.8", get("/channel/current-bundle", app_id="x", channel="b"), 400, "invalid_app_id"),
    Fact("18.8", get("/channel/current-bundle", app_id="", channel="b"), 400, "missing_app_id"),
    Fact("18.8", get("/channel/current-bundle", channel="nope"), 400, "cannot_find_channel"),
    Fact(
        "18.8",
        get("/channel/current-bundle", channel="beta"),
        400,
        "cannot_find_channel",
        key="key-stranger",
    ),
    Fact(
        "18.8",
        get("/channel/current-bundle", channel="beta"),
        400,
        "cannot_access_channel",
        key=key_of("app_preview"),
    ),
    Fact(
        "18.8",
        get("/bundle/lookup", name="1.0.1"),
        answer={"exists": True, "id": 2, "name": "1.0.1", "deleted": False},
    ),
    Fact(
        "18.8",
        get("/bundle/lookup", name="1.0.1"),
        before=(Request("DELETE", "/bundle", {"app_id": A, "version": "1.0.1"}),),
        answer={"exists": True, "id": 2, "name": "1.0.1", "deleted": True},
    ),
    Fact(
        "18.8",
        get("/bundle/lookup", name="9.9.9"),
        answer={"exists": False, "id": None, "name": None, "deleted": None},
    ),
    Fact("18.8", get("/bundle/lookup", latest="true"), answer={"name": "2.0.0"}),
    Fact("18.8", get("/bundle/lookup", latest="true", app_id=EMPTY), answer={"name": None}),
    Fact("18.8", get("/bundle/lookup"), 400, "missing_version"),
    Fact("18.8", get("/bundle/lookup", latest="false"), 400, "missing_version"),
    Fact(
        "18.8",
        get("/bundle/lookup", name="1.0.1"),
        400,
        "cannot_lookup_bundle",
        key="key-stranger",
    ),
    # Limits and lifetime
    *(
        Fact("18.9", bundle(ENCRYPTED_APP, **fields), 400, "encryption_required", key="key-sealed")
        for fields in ({}, {"session_key": "s"}, {"session_key": "s", "key_id": "k-1"})
    ),
    # Facts of both
    Fact("18.2", put("2"), 400, "cannot_set_bundle_to_channel", channel=_STABLE_BUNDLE),
    Fact("18.2", bundle(key_id="k" * 21), 400, "cannot_create_bundle"),
]

#: The outcomes of the same requests on live, and §18.2.
LIVE = [
    Fact("18.2", put("2"), 400, "cannot_set_bundle_to_channel", channel=_STABLE_BUNDLE),
    Fact("18.2", put(2, "3"), 400, "cannot_set_bundle_to_channel", channel=_STABLE_BUNDLE),
    Fact("18.2", bundle(key_id="k" * 20), answer={"status": "success"}),
    Fact(
        "18.2",
        bundle(key_id="k" * 21),
        400,
        "cannot_create_bundle",
        answer={
            "moreInfo": {
                "supabaseError": {
                    "code": "22001",
                    "details": None,
                    "hint": None,
                    "message": "value too long for type character varying(20)",
                }
            }
        },
    ),
    Fact(
        "18.2",
        Request("POST", "/bundle/metadata", {"app_id": A, "version_id": 1, "comment": "x"}),
        400,
        "cannot_update_version_metadata",
        key=key_of("app_preview"),
    ),
    Fact(
        "18.2",
        Request("POST", "/bundle/metadata", {"app_id": A, "version_id": 7, "comment": "x"}),
        before=(bundle()._replace(key=key_of("app_preview")),),
        key=key_of("app_preview"),
        answer=OK,
    ),
    Fact(
        "18.2",
        Request("DELETE", "/channel", {"app_id": A, "channel": "beta"}),
        before=(RUNNING,),
        answer=OK,
    ),
    Fact(
        "18.2",
        post(rolloutEnabled=False),
        before=(RUNNING, PAUSE),
        channel={
            "rollout_version": TARGET,
            "rollout_version_info": {"name": "2.0.0", "id": TARGET},
            "rolloutEnabled": False,
            "rolloutPauseReason": "errors",
        },
        has_new_rollout_id=False,
    ),
    Fact(
        "18.5",
        put(NEW, target="rollout"),
        before=(RUNNING,),
        answer={"status": "success", "message": "Bundle 1.361.0 set to channel beta"},
        channel={**ROLLOUT_FIELDS, "version": {"name": "1.361.0", "id": NEW}},
        has_new_rollout_id=False,
    ),
    Fact("18.5", put(NEW, target="nonsense"), channel={"rollout_version": None}),
    Fact("18.4", post(updatePackage="nonsense"), answer=OK),
    Fact(
        "18.4",
        post(rolloutVersion="1.361.0", advanceRollout=True),
        before=(RUNNING, PAUSE),
        channel={
            **ROLLOUT_FIELDS,
            **_STABLE_BUNDLE,
            "rollout_version": NEW,
            "rolloutPausedAt": None,
        },
    ),
    Fact("18.4", post(public=True), key="key-beta-admin", channel={"public": True}),
    Fact(
        "18.4",
        post(version="1.361.0"),
        before=(RUNNING,),
        channel=ROLLOUT_FIELDS,
        has_new_rollout_id=False,
    ),
    Fact("18.6", get("/bundle", page=7), 400, "cannot_get_bundle"),
    Fact(
        "18.7",
        get("/device", custom_id="x" * 40),
        answer={"data": [KNOWN_DEVICE, NEWER_DEVICE, BUILTIN_DEVICE], "hasMore": False},
    ),
    Fact("18.7", get("/device", app_id=EMPTY), answer={"data": [], "hasMore": False}),
    Fact("18.8", get("/channel/current-bundle", channel="beta"), 404, "not_found"),
    Fact("18.8", get("/bundle/lookup", name="1.0.1"), 404, "not_found"),
    Fact(
        "18.9",
        bundle(ENCRYPTED_APP, session_key="s", key_id="k-1"),
        answer={"status": "success"},
        key="key-sealed",
    ),
]
