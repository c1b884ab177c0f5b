"""Every state that has a picture, and the sizes at which it looks different."""

from __future__ import annotations

from tests.snapshots import deeds, lists
from tests.snapshots.stage import LARGE, SMALL, Scene

BOTH = (SMALL, LARGE)
ANSI = {"TEXTUAL_THEME": "ansi-dark"}
COLOURLESS = {"NO_COLOR": "1"}

SCENES = (
    # How much of a list there is, and how old it is
    Scene(lists.first_load, BOTH),
    Scene(lists.channels, BOTH),
    Scene(lists.devices, BOTH),
    Scene(lists.bundles, BOTH),
    Scene(lists.devices_at_the_end),
    Scene(lists.loading_more),
    Scene(lists.loading_all),
    Scene(lists.refreshing),
    Scene(lists.part_of_a_list_failed),
    Scene(lists.more_that_cannot_be_reached),
    Scene(lists.rows_that_cannot_be_read),
    # Why there is nothing, or nothing new
    Scene(lists.empty, BOTH),
    Scene(lists.filter_matches_nothing_loaded, BOTH),
    Scene(lists.filter_matches_nothing_at_all),
    Scene(lists.filter_is_an_id_not_loaded),
    Scene(lists.device_unknown),
    Scene(lists.not_allowed),
    Scene(lists.key_refused),
    Scene(lists.address_locked),
    Scene(lists.unreachable),
    Scene(lists.server_fault),
    Scene(lists.offline_with_old_rows, BOTH),
    Scene(lists.waiting_to_try_again, BOTH),
    Scene(lists.waiting_with_old_rows, BOTH),
    Scene(lists.rate_limited),
    Scene(lists.rate_limited_with_old_rows),
    # What is opened
    Scene(deeds.detail, BOTH),
    Scene(deeds.detail_of_a_channel),
    Scene(deeds.raw_json, BOTH),
    Scene(deeds.help_page, BOTH),
    Scene(deeds.filter_row, BOTH),
    Scene(deeds.filter_stands),
    Scene(deeds.filter_row_with_error),
    Scene(deeds.sort_row, BOTH),
    Scene(deeds.sorted_rows),
    Scene(deeds.palette, BOTH),
    Scene(deeds.copy_row),
    Scene(deeds.export_rows),
    Scene(deeds.marks),
    Scene(deeds.marks_hidden_by_filter),
    Scene(deeds.changed_cells),
    Scene(deeds.wide_columns, BOTH),
    Scene(deeds.wide_columns_slid),
    Scene(deeds.link_form, BOTH),
    Scene(deeds.link_form_refuses),
    Scene(deeds.link_form_no_match),
    # What is written, and what became of it
    Scene(deeds.question, BOTH),
    Scene(deeds.question_to_clear),
    Scene(deeds.question_asked_again),
    Scene(deeds.question_on_production),
    Scene(deeds.nothing_changed),
    Scene(deeds.writing),
    Scene(deeds.reading_back_waits),
    Scene(deeds.written),
    Scene(deeds.write_not_allowed),
    Scene(deeds.write_failed),
    Scene(deeds.write_unknown),
    Scene(deeds.nothing_to_clear),
    Scene(deeds.not_a_device),
    Scene(deeds.interrupted),
    # What is asked for at the start
    Scene(deeds.setup, BOTH),
    Scene(deeds.setup_app_missing),
    Scene(deeds.setup_server_named_by_a_file),
    Scene(deeds.setup_after_a_refused_key),
    # The same in a terminal's own colours, and in none
    Scene(lists.devices, kind="ansi", environ=ANSI),
    Scene(deeds.question, kind="ansi", environ=ANSI),
    Scene(deeds.link_form, kind="ansi", environ=ANSI),
    Scene(deeds.changed_cells, kind="ansi", environ=ANSI),
    Scene(deeds.setup_after_a_refused_key, kind="ansi", environ=ANSI),
    Scene(lists.devices, kind="colourless", environ=COLOURLESS),
    Scene(deeds.sort_row, kind="colourless", environ=COLOURLESS),
    Scene(deeds.export_rows, kind="colourless", environ=COLOURLESS),
    Scene(deeds.palette, kind="colourless", environ=COLOURLESS),
    Scene(deeds.link_form, kind="colourless", environ=COLOURLESS),
    Scene(deeds.question, kind="colourless", environ=COLOURLESS),
    Scene(deeds.question_on_production, kind="colourless", environ=COLOURLESS),
    Scene(deeds.changed_cells, kind="colourless", environ=COLOURLESS),
    Scene(deeds.setup_after_a_refused_key, kind="colourless", environ=COLOURLESS),
)
