//! The tables of a database. Their columns are [those of the retired Azure AD Graph].
//!
//! The file is untrusted: it is held in memory, checked before it is read, and only its tables are looked at, never its views.
//!
//! [those of the retired Azure AD Graph]:
//! https://github.com/dirkjanm/ROADtools/blob/master/roadlib/roadtools/roadlib/metadef/database.py

use crate::dialect::directory::{OpenList, read as read_object};
use crate::dialect::{DocumentKind, Taken, companion};
use crate::policy::{FileIndex, Id};
use crate::syntax::{Node, Object, Pointer, parse};
use crate::tenant::{Companions, Extent, GroupKeepers, Holding, ListedAt, Member, MemberKind};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use uuid::Uuid;

/// No row that ROADrecon writes is longer.
const LONGEST_ROW: i32 = 16 << 20;

/// What kinds of members a group has: the table, its column, and what the members are.
const MEMBERS: [(&str, &str, MemberKind); 5] = [
    ("lnk_group_member_user", "User", MemberKind::User),
    ("lnk_group_member_group", "childGroup", MemberKind::Group),
    ("lnk_group_member_contact", "Contact", MemberKind::Other),
    ("lnk_group_member_device", "Device", MemberKind::Other),
    ("lnk_group_member_serviceprincipal", "ServicePrincipal", MemberKind::Other),
];

/// A value of a row; none if the table has no such column.
type Cell<'r> = Option<ValueRef<'r>>;

/// Reads a database.
pub(super) fn read(bytes: Vec<u8>, file: FileIndex) -> Result<Taken, String> {
    // Its last changes may be in the file beside it.
    if bytes.get(18..20).is_some_and(|versions| versions.contains(&2)) {
        return Err("the ROADrecon database is in WAL mode, so changes may be in another file; run `PRAGMA \
                    journal_mode=DELETE` on it"
            .to_owned());
    }
    let database = Database::open(bytes).map_err(|error| why(&error))?;
    let mut taken = Taken { root: file, ..Taken::new(DocumentKind::RoadReconDatabase) };
    database.read(&mut taken.companions, file)?;
    Ok(taken)
}

/// What is wrong, in words that are not from the file.
fn why(error: &Error) -> String {
    let code = error.sqlite_error().map(|error| rusqlite::ffi::code_to_str(error.extended_code));
    format!("the ROADrecon database is damaged: {}", code.unwrap_or("unexpected content"))
}

struct Database {
    connection: Connection,
    /// Rows that a file of this size can have at most in a table.
    most_rows: usize,
}

impl Database {
    fn open(bytes: Vec<u8>) -> Result<Self, Error> {
        let size = bytes.len();
        let mut connection = Connection::open_in_memory()?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_ROW)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        connection.pragma_update(None, "ignore_check_constraints", true)?;
        connection.deserialize_read_exact("main", Cursor::new(bytes), size, true)?;
        // Pages that are in a table twice would be read again and again.
        let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(Error::InvalidQuery);
        }
        Ok(Self { connection, most_rows: size / 4 })
    }

    /// Hands over the columns of each row. Returns how many there are; none if there is no such table.
    fn rows(&self, table: &str, columns: &[&str], mut each: impl FnMut(&[Cell<'_>])) -> Result<Option<usize>, String> {
        let sql = "SELECT type, rootpage FROM sqlite_schema WHERE name = ?1 AND type IN ('table', 'view')";
        let found = self.connection.query_row(sql, [table], |row| {
            Ok(row.get_ref(0)? == ValueRef::Text(b"table") && matches!(row.get_ref(1)?, ValueRef::Integer(1..)))
        });
        match found {
            Ok(true) => {}
            Ok(false) => return Err(format!("the ROADrecon database is damaged: `{table}` is no table")),
            Err(Error::QueryReturnedNoRows) => return Ok(None),
            Err(error) => return Err(why(&error)),
        }
        self.read_rows(table, columns, &mut each).map(Some).map_err(|error| why(&error))
    }

    fn read_rows(&self, table: &str, columns: &[&str], each: &mut dyn FnMut(&[Cell<'_>])) -> Result<usize, Error> {
        // Generated columns are hidden: what they hold is computed.
        let sql = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden = 0";
        let mut statement = self.connection.prepare(sql)?;
        let known: BTreeSet<String> = statement.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let is_known: Vec<bool> = columns.iter().map(|column| known.contains(*column)).collect();
        let selected: Vec<String> = columns
            .iter()
            .zip(&is_known)
            .map(|(column, is_known)| if *is_known { format!("\"{column}\"") } else { "NULL".to_owned() })
            .collect();
        let mut statement = self.connection.prepare(&format!("SELECT {} FROM \"{table}\"", selected.join(", ")))?;
        let mut rows = statement.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            if count > self.most_rows {
                return Err(Error::InvalidQuery);
            }
            let cells = (0..columns.len()).zip(&is_known);
            let cells: Vec<Cell<'_>> = cells
                .map(|(index, is_known)| is_known.then(|| row.get_ref(index)).transpose())
                .collect::<Result<_, _>>()?;
            each(&cells);
        }
        Ok(count)
    }

    fn read(&self, companions: &mut Companions, file: FileIndex) -> Result<(), String> {
        self.rows("TenantDetails", &["objectId"], |row| {
            companions.tenants.extend(row.first().and_then(|id| text(*id)).and_then(companion::tenant_id));
        })?;
        let groups = self.groups(companions, file)?;
        let in_groups = self.members(companions, &groups)?;
        self.users(companions, &in_groups)?;
        self.roles(companions)
    }

    fn users(&self, companions: &mut Companions, in_groups: &BTreeSet<Uuid>) -> Result<(), String> {
        let columns = [
            "objectId",
            "displayName",
            "userPrincipalName",
            "userType",
            "creationType",
            "accountEnabled",
            "dirSyncEnabled",
            "assignedPlans",
            "deletionTimestamp",
        ];
        let mut list = OpenList::of_users();
        let mut known = BTreeSet::new();
        let parts = &mut companions.directory;
        let count = self.rows("Users", &columns, |row| {
            let [id, name, sign_in_name, kind, creation, enabled, synchronized, plans, deleted] = row else { return };
            known.extend(guid(*id));
            let mut user = Object::default();
            let mut push = |key, node| user.members.push((Cow::Borrowed(key), node));
            push("@odata.type", Node::String(Cow::Borrowed("#microsoft.graph.user")));
            let texts = [("id", id), ("displayName", name), ("userPrincipalName", sign_in_name), ("userType", kind)];
            for (key, cell) in texts.into_iter().chain([("creationType", creation)]) {
                if let Some(text) = text(*cell) {
                    push(key, Node::String(Cow::Borrowed(text)));
                }
            }
            // Azure AD Graph, too, has null for an account that never was synchronized.
            for (key, cell) in [("accountEnabled", enabled), ("onPremisesSyncEnabled", synchronized)] {
                if let Some(node) = truth(*cell) {
                    push(key, node);
                }
            }
            if let Some(plans) = text(*plans).and_then(|plans| parse(plans).ok()) {
                push("assignedPlans", plans);
            }
            if deleted.is_some_and(|deleted| deleted != ValueRef::Null) {
                push("deletedDateTime", Node::Bool(true));
            }
            read_object(parts, &user, &mut list, &Pointer::root());
        })?;
        // Somebody who is in a group and not here shows that the list is not of all users.
        let is_whole = in_groups.is_subset(&known);
        let count = count.filter(|count| *count > 0);
        if let Some(count) = count {
            list.end(parts, count, is_whole, &Pointer::root());
        }
        Ok(())
    }

    /// Reads what groups are called and who can change them. Returns them.
    fn groups(&self, companions: &mut Companions, file: FileIndex) -> Result<BTreeSet<Uuid>, String> {
        let mut groups = BTreeSet::new();
        self.rows("Groups", &["objectId", "displayName", "isAssignableToRole"], |row| {
            let [id, name, assignable] = row else { return };
            let Some(guid) = guid(*id) else { return };
            groups.insert(guid);
            let mut group = Object::default();
            let mut push = |key, node| group.members.push((Cow::Borrowed(key), node));
            push("id", Node::String(Cow::Owned(guid.to_string())));
            push("groupTypes", Node::Array(Vec::new()));
            if let Some(name) = text(*name) {
                push("displayName", Node::String(Cow::Borrowed(name)));
            }
            if let Some(node) = truth(*assignable) {
                push("isAssignableToRole", node);
            }
            companion::read(companions, &group, file);
            read_object(&mut companions.directory, &group, &mut OpenList::default(), &Pointer::root());
        })?;
        for (table, column) in
            [("lnk_group_owner_user", "User"), ("lnk_group_owner_serviceprincipal", "ServicePrincipal")]
        {
            self.rows(table, &["Group", column], |row| {
                let [group, owner] = row else { return };
                if let (Some(group), Some(owner)) = (guid(*group), guid(*owner)) {
                    let owners = BTreeSet::from([owner]);
                    companions.directory.add_keepers(group, GroupKeepers { owners, ..GroupKeepers::default() });
                }
            })?;
        }
        Ok(groups)
    }

    /// Reads who is in which group. A group without members looks like one whose members were not read. Returns all users that
    /// are in a group.
    fn members(&self, companions: &mut Companions, groups: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>, String> {
        let mut members: BTreeMap<Uuid, Vec<Member>> = BTreeMap::new();
        let mut damaged: BTreeSet<Uuid> = BTreeSet::new();
        let mut is_whole = true;
        let mut users = BTreeSet::new();
        for (table, column, kind) in MEMBERS {
            let count = self.rows(table, &["Group", column], |row| {
                let [group, member] = row else { return };
                match (guid(*group), guid(*member)) {
                    (Some(group), Some(id)) => {
                        members.entry(group).or_default().push(Member { id, kind });
                        users.extend((kind == MemberKind::User).then_some(id));
                    }
                    (Some(group), None) => _ = damaged.insert(group),
                    (None, _) => is_whole = false,
                }
            })?;
            is_whole &= count.is_some();
        }
        for (group, members) in members {
            let is_whole = is_whole && groups.contains(&group) && !damaged.contains(&group);
            let extent = if is_whole { Extent::Whole } else { Extent::Part };
            companions.directory.add_members(group, members, extent, here());
        }
        Ok(users)
    }

    fn roles(&self, companions: &mut Companions) -> Result<(), String> {
        let parts = &mut companions.directory;
        let mut templates: BTreeMap<Uuid, Uuid> = BTreeMap::new();
        for (table, column) in [("DirectoryRoles", "roleTemplateId"), ("RoleDefinitions", "templateId")] {
            self.rows(table, &["objectId", column], |row| {
                let [id, template] = row else { return };
                templates.extend(guid(*id).zip(guid(*template)));
            })?;
        }
        for (table, column) in [("lnk_role_member_user", "User"), ("lnk_role_member_group", "Group")] {
            self.rows(table, &["DirectoryRole", column], |row| {
                let [role, principal] = row else { return };
                let template = guid(*role).and_then(|role| templates.get(&role).copied());
                if let (Some(role), Some(principal)) = (template, guid(*principal)) {
                    parts.add_holders(role, Holding::Active, vec![principal], Extent::Part, here());
                }
            })?;
        }
        self.rows("ServicePrincipals", &["objectId"], |row| {
            row.first().and_then(|id| guid(*id)).into_iter().for_each(|id| parts.add_other(id));
        })?;
        let tables = [("RoleAssignments", Holding::Active), ("EligibleRoleAssignments", Holding::Eligible)];
        for (table, holding) in tables {
            let mut understood = 0;
            let mut holders: BTreeSet<(Uuid, Uuid)> = BTreeSet::new();
            let count = self.rows(table, &["roleDefinitionId", "principalId", "resourceScopes"], |row| {
                let [role, principal, scopes] = row else { return };
                let (Some(role), Some(principal)) = (guid(*role), guid(*principal)) else { return };
                let Some(is_for_all) = is_for_all(*scopes) else { return };
                understood += 1;
                if is_for_all {
                    holders.insert((templates.get(&role).copied().unwrap_or(role), principal));
                }
            })?;
            // A table without rows may be one that was not allowed to be read.
            let is_whole = understood > 0 && count == Some(understood);
            parts.add_assignments(holding, holders, is_whole, here());
        }
        Ok(())
    }
}

/// In the database: a table has no place in a text.
fn here() -> ListedAt {
    ListedAt::here(Pointer::root())
}

fn text(cell: Cell<'_>) -> Option<&str> {
    match cell? {
        ValueRef::Text(text) => std::str::from_utf8(text).ok(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}

fn guid(cell: Cell<'_>) -> Option<Uuid> {
    Id::new(text(cell)?).guid()
}

/// A truth value, or null.
fn truth(cell: Cell<'_>) -> Option<Node<'static>> {
    match cell? {
        ValueRef::Integer(0) => Some(Node::Bool(false)),
        ValueRef::Integer(1) => Some(Node::Bool(true)),
        ValueRef::Null => Some(Node::Null),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => None,
    }
}

/// Whether an assignment is for the whole tenant: `["/"]`.
fn is_for_all(scopes: Cell<'_>) -> Option<bool> {
    let node = parse(text(scopes)?).ok()?;
    let scopes: Option<Vec<&str>> = node.as_array()?.iter().map(Node::as_str).collect();
    scopes.map(|scopes| scopes.contains(&"/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::Directory;
    use proptest::prelude::*;

    const SQL: &str = include_str!("../../../tests/directory/roadrecon.sql");
    const STAFF: &str = "b0000000-0000-4000-8000-000000000001";

    fn database(sql: &str) -> Vec<u8> {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SQL).unwrap();
        connection.execute_batch(sql).unwrap();
        connection.serialize("main").unwrap().to_vec()
    }

    fn read_all(sql: &str) -> Result<Directory, String> {
        let taken = read(database(sql), FileIndex(0))?;
        assert_eq!(taken.companions.tenants.len(), 1);
        Ok(taken.companions.directory.directory())
    }

    /// Whether it lists every user, whether nobody else is in the first group, and whether nobody else holds or can activate
    /// the role.
    fn knows(sql: &str) -> (bool, bool, [bool; 2]) {
        let directory = read_all(sql).unwrap();
        let members = directory.members(Id::new(STAFF).guid().unwrap());
        let role = Id::new("62e90394-69f5-4237-9190-012177145e10").guid().unwrap();
        let (active, eligible) = directory.holders(role);
        assert!(active.users.len() <= 2);
        (directory.lists_every_user(), members.is_whole, [active.is_whole, eligible.is_whole])
    }

    #[test]
    fn what_was_not_understood_or_is_not_there_stays_open() {
        for (sql, expected) in [
            ("", (true, true, [true, true])),
            ("UPDATE Users SET objectId = 7 WHERE displayName = 'Ada Lovelace'", (false, false, [true, true])),
            ("DELETE FROM Users WHERE displayName = 'Ada Lovelace'", (false, false, [true, true])),
            ("DELETE FROM Users", (false, false, [false, false])),
            ("UPDATE lnk_group_member_user SET \"User\" = x'00' WHERE \"User\" LIKE '%1'", (true, false, [true, true])),
            ("INSERT INTO lnk_group_member_user VALUES (NULL, NULL)", (true, false, [true, true])),
            ("DELETE FROM lnk_group_member_user; DELETE FROM lnk_group_member_group", (true, false, [true, true])),
            ("DROP TABLE lnk_group_member_group", (true, false, [true, true])),
            ("DELETE FROM Groups", (true, false, [true, true])),
            ("DELETE FROM EligibleRoleAssignments", (true, true, [true, false])),
            ("UPDATE RoleAssignments SET resourceScopes = '{'", (true, true, [false, true])),
            (
                "INSERT INTO RoleAssignments SELECT 'a', objectId, '[\"/\"]', '62e90394-69f5-4237-9190-012177145e10' FROM ServicePrincipals",
                (true, true, [true, true]),
            ),
            ("ALTER TABLE RoleAssignments DROP COLUMN principalId", (true, true, [false, true])),
        ] {
            assert_eq!(knows(sql), expected, "{sql}");
        }
    }

    #[test]
    fn values_of_users_are_those_of_the_columns_or_unknown() {
        let first = |sql: &str| read_all(sql).unwrap().users().next().unwrap().1.clone();
        let user = first("");
        assert_eq!((user.is_enabled, user.is_synchronized, user.has_mailbox), (Some(true), Some(false), Some(false)));
        let user = first(
            r#"UPDATE Users SET accountEnabled = 0, dirSyncEnabled = 1, userType = 'Guest',
               assignedPlans = '[{"service": "exchange", "capabilityStatus": "Enabled"}]'"#,
        );
        assert_eq!((user.is_enabled, user.is_synchronized, user.has_mailbox), (Some(false), Some(true), Some(true)));
        let user = first(
            "UPDATE Users SET accountEnabled = 'yes', dirSyncEnabled = 2.5, assignedPlans = '{', displayName = x'ff'",
        );
        assert_eq!((user.is_enabled, user.is_synchronized, user.has_mailbox, user.name), (None, None, None, None));
        assert_eq!(first("UPDATE Users SET deletionTimestamp = '2026-01-01 00:00:00.000000'").is_enabled, Some(false));
    }

    #[test]
    fn what_is_not_as_roadrecon_writes_it_is_refused() {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i FROM n";
        for (sql, says) in [
            (&*format!("DROP TABLE Users; CREATE VIEW Users AS {endless}"), "`Users` is no table"),
            ("UPDATE Users SET displayName = zeroblob(17000000)", "damaged"),
        ] {
            let error = read_all(sql).unwrap_err();
            assert!(error.contains(says), "{sql}: {error}");
        }
        // Computed columns are not computed.
        let computed = "ALTER TABLE Groups RENAME displayName TO old; ALTER TABLE Groups ADD displayName AS (hex(zeroblob(8000000)))";
        assert!(read(database(computed), FileIndex(0)).unwrap().companions.names.is_empty());
        let mut wal = database("");
        wal[18..20].fill(2);
        assert!(read(wal, FileIndex(0)).unwrap_err().contains("WAL"));
        for length in [0, 16, 20, 100, 4096, 10_000] {
            assert!(read(database("")[..length].to_vec(), FileIndex(0)).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn a_damaged_database_is_read_or_refused(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40)) {
            let mut bytes = database("");
            for (index, byte) in changes {
                let at = index.index(bytes.len());
                bytes[at] = byte;
            }
            let _ = read(bytes, FileIndex(0));
        }
    }
}
