import type { Command } from '@oclif/core';
import { ApprovalApprove } from './commands/approval/approve.ts';
import { ApprovalDeny } from './commands/approval/deny.ts';
import { ApprovalList } from './commands/approval/list.ts';
import { ApprovalShow } from './commands/approval/show.ts';
import { AuditExport } from './commands/audit/export.ts';
import { AuditList } from './commands/audit/list.ts';
import { Backup } from './commands/backup.ts';
import { BrokerMove } from './commands/broker/move.ts';
import { BrokerMoves } from './commands/broker/moves.ts';
import { EndpointAlias } from './commands/endpoint/alias.ts';
import { EndpointApprove } from './commands/endpoint/approve.ts';
import { EndpointDiffCommand } from './commands/endpoint/diff.ts';
import { EndpointErase } from './commands/endpoint/erase.ts';
import { EndpointList } from './commands/endpoint/list.ts';
import { EndpointRelease } from './commands/endpoint/release.ts';
import { EndpointRetire } from './commands/endpoint/retire.ts';
import { EndpointRevoke } from './commands/endpoint/revoke.ts';
import { EndpointShow } from './commands/endpoint/show.ts';
import { EnrolTokenCreate } from './commands/enrol-token/create.ts';
import { EnrolTokenList } from './commands/enrol-token/list.ts';
import { EnrolTokenRevoke } from './commands/enrol-token/revoke.ts';
import { EventArchiveDrop } from './commands/event/archive/drop.ts';
import { EventArchiveList } from './commands/event/archive/list.ts';
import { EventArchiveSeal } from './commands/event/archive/seal.ts';
import { EventArchiveVerify } from './commands/event/archive/verify.ts';
import { EventExport } from './commands/event/export.ts';
import { EventList } from './commands/event/list.ts';
import { EventRecover } from './commands/event/recover.ts';
import { EventReplay } from './commands/event/replay.ts';
import { EventShow } from './commands/event/show.ts';
import { EventTail } from './commands/event/tail.ts';
import { EventVerify } from './commands/event/verify.ts';
import { ExecutionCancel } from './commands/execution/cancel.ts';
import { ExecutionList } from './commands/execution/list.ts';
import { ExecutionOutput } from './commands/execution/output.ts';
import { ExecutionShow } from './commands/execution/show.ts';
import { ExecutionWatch } from './commands/execution/watch.ts';
import { JobApply } from './commands/job/apply.ts';
import { JobList } from './commands/job/list.ts';
import { JobRun } from './commands/job/run.ts';
import { JobShow } from './commands/job/show.ts';
import { JobValidate } from './commands/job/validate.ts';
import { KeyExport } from './commands/key/export.ts';
import { KeyList } from './commands/key/list.ts';
import { KeyRetire } from './commands/key/retire.ts';
import { KeyRotate } from './commands/key/rotate.ts';
import { Login } from './commands/login.ts';
import { Logout } from './commands/logout.ts';
import { OutputErase } from './commands/output/erase.ts';
import { ReadModelPoisonList } from './commands/read-model/poison/list.ts';
import { ReadModelPoisonRetry } from './commands/read-model/poison/retry.ts';
import { ReadModelPoisonShow } from './commands/read-model/poison/show.ts';
import { ReadModelRebuild } from './commands/read-model/rebuild.ts';
import { ReadModelStatusShow } from './commands/read-model/status.ts';
import { Restore } from './commands/restore.ts';
import { Run } from './commands/run.ts';
import { SecretDelete } from './commands/secret/delete.ts';
import { SecretList } from './commands/secret/list.ts';
import { SecretSet } from './commands/secret/set.ts';
import { SiteAssign } from './commands/site/assign.ts';
import { SiteCreate } from './commands/site/create.ts';
import { SiteDelete } from './commands/site/delete.ts';
import { SiteList } from './commands/site/list.ts';
import { Status } from './commands/status.ts';
import { TokenCreate } from './commands/token/create.ts';
import { TokenList } from './commands/token/list.ts';
import { TokenRevoke } from './commands/token/revoke.ts';
import { UserCreate } from './commands/user/create.ts';
import { UserDisable } from './commands/user/disable.ts';
import { UserEnable } from './commands/user/enable.ts';
import { UserGrant } from './commands/user/grant.ts';
import { UserList } from './commands/user/list.ts';
import { UserReset } from './commands/user/reset.ts';
import { UserSessions } from './commands/user/sessions.ts';
import { UserShow } from './commands/user/show.ts';
import { UserSignOut } from './commands/user/sign-out.ts';

/** Every command by its oclif id. */
export const COMMANDS = {
  'approval:approve': ApprovalApprove,
  'approval:deny': ApprovalDeny,
  'approval:list': ApprovalList,
  'approval:show': ApprovalShow,
  'audit:export': AuditExport,
  'audit:list': AuditList,
  backup: Backup,
  'broker:move': BrokerMove,
  'broker:moves': BrokerMoves,
  'endpoint:alias': EndpointAlias,
  'endpoint:approve': EndpointApprove,
  'endpoint:diff': EndpointDiffCommand,
  'endpoint:erase': EndpointErase,
  'endpoint:list': EndpointList,
  'endpoint:release': EndpointRelease,
  'endpoint:retire': EndpointRetire,
  'endpoint:revoke': EndpointRevoke,
  'endpoint:show': EndpointShow,
  'enrol-token:create': EnrolTokenCreate,
  'enrol-token:list': EnrolTokenList,
  'enrol-token:revoke': EnrolTokenRevoke,
  'event:archive:drop': EventArchiveDrop,
  'event:archive:list': EventArchiveList,
  'event:archive:seal': EventArchiveSeal,
  'event:archive:verify': EventArchiveVerify,
  'event:export': EventExport,
  'event:list': EventList,
  'event:recover': EventRecover,
  'event:replay': EventReplay,
  'event:show': EventShow,
  'event:tail': EventTail,
  'event:verify': EventVerify,
  'execution:cancel': ExecutionCancel,
  'execution:list': ExecutionList,
  'execution:output': ExecutionOutput,
  'execution:show': ExecutionShow,
  'execution:watch': ExecutionWatch,
  'job:apply': JobApply,
  'job:list': JobList,
  'job:run': JobRun,
  'job:show': JobShow,
  'job:validate': JobValidate,
  'key:export': KeyExport,
  'key:list': KeyList,
  'key:retire': KeyRetire,
  'key:rotate': KeyRotate,
  login: Login,
  logout: Logout,
  'output:erase': OutputErase,
  'read-model:poison:list': ReadModelPoisonList,
  'read-model:poison:retry': ReadModelPoisonRetry,
  'read-model:poison:show': ReadModelPoisonShow,
  'read-model:rebuild': ReadModelRebuild,
  'read-model:status': ReadModelStatusShow,
  restore: Restore,
  run: Run,
  'secret:delete': SecretDelete,
  'secret:list': SecretList,
  'secret:set': SecretSet,
  'site:assign': SiteAssign,
  'site:create': SiteCreate,
  'site:delete': SiteDelete,
  'site:list': SiteList,
  status: Status,
  'token:create': TokenCreate,
  'token:list': TokenList,
  'token:revoke': TokenRevoke,
  'user:create': UserCreate,
  'user:disable': UserDisable,
  'user:enable': UserEnable,
  'user:grant': UserGrant,
  'user:list': UserList,
  'user:reset': UserReset,
  'user:sessions': UserSessions,
  'user:show': UserShow,
  'user:sign-out': UserSignOut,
} satisfies Record<string, Command.Class>;
