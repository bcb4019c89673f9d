-- What ROADrecon makes of the directory in `exports/expanded`, with the columns that caplint reads and a few others.
CREATE TABLE "Users" ("objectType" TEXT, "objectId" TEXT NOT NULL, "deletionTimestamp" DATETIME, "accountEnabled" BOOLEAN, "assignedPlans" TEXT, "creationType" TEXT, "dirSyncEnabled" BOOLEAN, "displayName" TEXT, "userPrincipalName" TEXT, "userType" TEXT, PRIMARY KEY ("objectId"));
CREATE TABLE "Groups" ("objectType" TEXT, "objectId" TEXT NOT NULL, "deletionTimestamp" DATETIME, "displayName" TEXT, "isAssignableToRole" BOOLEAN, "securityEnabled" BOOLEAN, PRIMARY KEY ("objectId"));
CREATE TABLE "ServicePrincipals" ("objectType" TEXT, "objectId" TEXT NOT NULL, "displayName" TEXT, PRIMARY KEY ("objectId"));
CREATE TABLE "DirectoryRoles" ("objectType" TEXT, "objectId" TEXT NOT NULL, "displayName" TEXT, "roleTemplateId" TEXT, PRIMARY KEY ("objectId"));
CREATE TABLE "RoleDefinitions" ("objectType" TEXT, "objectId" TEXT NOT NULL, "displayName" TEXT, "templateId" TEXT, PRIMARY KEY ("objectId"));
CREATE TABLE "RoleAssignments" (id TEXT NOT NULL, "principalId" TEXT, "resourceScopes" TEXT, "roleDefinitionId" TEXT, PRIMARY KEY (id), FOREIGN KEY("roleDefinitionId") REFERENCES "RoleDefinitions" ("objectId"));
CREATE TABLE "EligibleRoleAssignments" (id TEXT NOT NULL, "principalId" TEXT, "resourceScopes" TEXT, "roleDefinitionId" TEXT, PRIMARY KEY (id), FOREIGN KEY("roleDefinitionId") REFERENCES "RoleDefinitions" ("objectId"));
CREATE TABLE "TenantDetails" ("objectType" TEXT, "objectId" TEXT NOT NULL, "displayName" TEXT, PRIMARY KEY ("objectId"));
CREATE TABLE lnk_group_member_user ("Group" TEXT, "User" TEXT);
CREATE TABLE lnk_group_member_group ("Group" TEXT, "childGroup" TEXT);
CREATE TABLE lnk_group_member_contact ("Group" TEXT, "Contact" TEXT);
CREATE TABLE lnk_group_member_device ("Group" TEXT, "Device" TEXT);
CREATE TABLE lnk_group_member_serviceprincipal ("Group" TEXT, "ServicePrincipal" TEXT);
CREATE TABLE lnk_group_owner_user ("Group" TEXT, "User" TEXT);
CREATE TABLE lnk_group_owner_serviceprincipal ("Group" TEXT, "ServicePrincipal" TEXT);
CREATE TABLE lnk_role_member_user ("DirectoryRole" TEXT, "User" TEXT);
CREATE TABLE lnk_role_member_group ("DirectoryRole" TEXT, "Group" TEXT);

INSERT INTO "TenantDetails" VALUES ('Company', '00000000-0000-4000-8000-00000000000f', 'Contoso');
INSERT INTO "Users" VALUES
  ('User', 'a0000000-0000-4000-8000-000000000001', NULL, 1, '[]', NULL, NULL, 'Ada Lovelace', 'ada.lovelace@contoso.com', 'Member'),
  ('User', 'a0000000-0000-4000-8000-000000000002', NULL, 1, '[]', NULL, NULL, 'Grace Hopper', 'grace.hopper@contoso.com', 'Member'),
  ('User', 'a0000000-0000-4000-8000-000000000003', NULL, 1, '[]', NULL, NULL, 'Linus Pauling', 'linus.pauling@contoso.com', 'Member'),
  ('User', 'a0000000-0000-4000-8000-000000000004', NULL, 1, '[]', NULL, NULL, 'Radia Perlman', 'radia.perlman@contoso.com', 'Member'),
  ('User', 'a0000000-0000-4000-8000-000000000005', NULL, 1, '[]', NULL, NULL, 'Break glass 1', 'break.glass.1@contoso.com', 'Member');
INSERT INTO "Groups" VALUES
  ('Group', 'b0000000-0000-4000-8000-000000000001', NULL, 'All staff', NULL, 1),
  ('Group', 'b0000000-0000-4000-8000-000000000002', NULL, 'Contractors', NULL, 1),
  ('Group', 'b0000000-0000-4000-8000-000000000003', NULL, 'Emergency access', NULL, 1);
INSERT INTO "ServicePrincipals" VALUES ('ServicePrincipal', 'f0000000-0000-4000-8000-000000000001', 'Backup');
INSERT INTO lnk_group_member_user VALUES
  ('b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001'),
  ('b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000002'),
  ('b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000005'),
  ('b0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000003'),
  ('b0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000004'),
  ('b0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000005'),
  ('b0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000002');
INSERT INTO lnk_group_member_group VALUES
  ('b0000000-0000-4000-8000-000000000001', 'b0000000-0000-4000-8000-000000000002'),
  ('b0000000-0000-4000-8000-000000000002', 'b0000000-0000-4000-8000-000000000001');
INSERT INTO lnk_group_member_serviceprincipal VALUES
  ('b0000000-0000-4000-8000-000000000003', 'f0000000-0000-4000-8000-000000000001');
INSERT INTO "DirectoryRoles" VALUES ('Role', 'd0000000-0000-4000-8000-000000000001', 'Global Administrator', '62e90394-69f5-4237-9190-012177145e10');
INSERT INTO lnk_role_member_user VALUES
  ('d0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000002'),
  ('d0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000005');
INSERT INTO "RoleDefinitions" VALUES ('RoleDefinition', '62e90394-69f5-4237-9190-012177145e10', 'Global Administrator', '62e90394-69f5-4237-9190-012177145e10');
INSERT INTO "RoleAssignments" VALUES
  ('r2', 'a0000000-0000-4000-8000-000000000002', '["/"]', '62e90394-69f5-4237-9190-012177145e10'),
  ('r4', 'a0000000-0000-4000-8000-000000000004', '["/administrativeUnits/e0000000-0000-4000-8000-000000000001"]', '62e90394-69f5-4237-9190-012177145e10'),
  ('r5', 'a0000000-0000-4000-8000-000000000005', '["/"]', '62e90394-69f5-4237-9190-012177145e10');
INSERT INTO "EligibleRoleAssignments" VALUES
  ('e3', 'a0000000-0000-4000-8000-000000000003', '["/"]', '62e90394-69f5-4237-9190-012177145e10');
