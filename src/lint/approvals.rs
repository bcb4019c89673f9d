//! Approved exceptions of the configuration that no verdict uses.

use super::options::Options;
use crate::outcome::TenantReport;

/// Notes in the report of the only tenant which approvals that are in force change no verdict on a control: where a control fails, nobody
/// is an exception to it. Of several tenants, another may need an approval.
pub(super) fn note_unused(reports: &mut [TenantReport], options: &Options) {
    let [report] = reports else { return };
    if report.controls.is_empty() || !options.is_only_tenant {
        return;
    }
    let exceptions = options.config.exceptions.iter().enumerate();
    let unused = exceptions.filter(|(index, exception)| {
        !exception.has_expired(options.today)
            && !report.controls.iter().any(|control| control.approvals.contains(index))
    });
    report.unused_approvals =
        unused.map(|(_, exception)| format!("{} {}", exception.kind.word(), exception.id)).collect();
}
