"""Differences of the newer server from July's, as data that the live handlers read (§18)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """The differences between live and next; the defaults are live's.

    Which revision has which rules is written in ``revisions``.
    """

    #: GET /channel returns ``ios``, ``android`` and ``updatePackage``; POST the last (§18.3-4).
    has_update_packages: bool = False
    #: GET /channel reads ``page`` as a number: no page defect, no error (§18.3).
    reads_page_as_number: bool = False
    #: A channel becomes public only with ``app.update_settings`` (§18.4).
    default_needs_app_settings: bool = False
    #: ``rolloutEnabled: false`` drops the target, its pause and the reason (§18.4).
    switching_off_drops_target: bool = False
    #: ``advanceRollout`` is read (§18.4).
    advances_rollouts: bool = False
    #: A new stable bundle ends the rollout of another (§18.4).
    new_stable_ends_rollout: bool = False
    #: PUT /bundle reads ``target`` and returns ``assignmentTarget`` (§18.5).
    reads_assignment_target: bool = False
    #: A page of bundles without a row is an error, and not an empty list (§18.6).
    refuses_empty_bundle_page: bool = True
    #: GET /device reads ``custom_id`` (§18.7).
    finds_custom_ids: bool = False
    #: An app without any device is an error, and not an empty list (§18.7).
    refuses_app_without_devices: bool = False
    #: How long the same device cannot be linked to the same channel again (§3, §18.9).
    same_set_seconds: float = 60.0
    #: An organisation that enforces encryption refuses every external bundle (§18.9).
    enforcing_refuses_external: bool = False
    #: The usage of bundles has numbers of devices beside per cents (§18.10).
    tells_device_counts: bool = False


LIVE_RULES = Rules()
