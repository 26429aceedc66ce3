import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { enrolledAgent, simulatedAgents, type BrokerAccess, type EnrolledAgent } from './agent-identity.ts';
import { enrolThisMachine, localAgentDir, localAgentPlan, simulatedAgentsPlan, simulationToken } from './agents.ts';
import { httpUrl, natsUrl } from './addresses.ts';
import { backendPlan } from './backend.ts';
import { brokerPlan } from './broker.ts';
import { lockDataDir, type DataDirLock } from './data-dir-lock.ts';
import { checkDataVersion, openDataDir, refuseHalfRecovered } from './data-dir.ts';
import { brokerBytes, layBallast } from './disk-space.ts';
import { DiskWatch } from './disk-watch.ts';
import { recordChildren, stopLeftovers } from './leftovers.ts';
import { startOrphanGuard, type OrphanGuard } from './orphan-guard.ts';
import { dataPaths, type DataPaths } from './paths.ts';
import { choosePorts, type Ports } from './ports.ts';
import { removeRuntime, writeRuntime, type RuntimeAgent } from './runtime-file.ts';
import { withProgress, type Say } from './say.ts';
import type { Settings } from './settings.ts';
import { messageOf } from './startup-error.ts';
import { until } from './stop-process.ts';
import { SupervisedChild, type ChildPlan } from './supervised-child.ts';
import type { Certificates } from './tls/certificates.ts';
import { prepareCertificates } from './tls/prepare.ts';

type Part = 'broker' | 'backend' | 'agent' | 'simulated';
/** Whoever writes goes before whom it writes to. */
const stopOrder: readonly (readonly Part[])[] = [['agent', 'simulated'], ['backend'], ['broker']];

/** One kanade on this machine: its data directory under lock, its children running, and the files that tell about them. */
export class Installation {
  readonly settings: Settings;
  readonly paths: DataPaths;
  readonly #say: Say;
  readonly #stopping = new AbortController();
  readonly #children = new Map<Part, SupervisedChild>();
  #lock: DataDirLock | undefined;
  #guard: OrphanGuard | undefined;
  #ports: Ports | undefined;
  #certificates: Certificates | undefined;

  constructor(settings: Settings, say: Say) {
    this.settings = settings;
    this.paths = dataPaths(settings.dataDir);
    this.#say = say;
  }

  /** Aborts when it is being stopped. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  get httpUrl(): string {
    return httpUrl(this.settings, this.#usedPorts());
  }

  get natsUrl(): string {
    return natsUrl(this.settings, this.#usedPorts());
  }

  /** Takes the data directory for this process and clears away what a killed supervisor left. */
  async open(): Promise<void> {
    openDataDir(this.paths);
    this.#lock = lockDataDir(this.paths, 'npm start');
    checkDataVersion(this.paths, this.settings.version);
    refuseHalfRecovered(this.paths);
    removeRuntime(this.paths);
    const left = await stopLeftovers(this.paths);
    if (left > 0) this.#say(`stopped ${left} processes that an earlier start had left behind`);
    this.#ports = await choosePorts(this.settings, this.paths);
    this.#certificates = await prepareCertificates(this.settings, this.paths);
    this.#guard = startOrphanGuard();
  }

  /** Starts the broker; resolves when it listens and its streams are what they must be. */
  async startBroker(): Promise<void> {
    const watch = new DiskWatch(this.paths, this.#say, this.stopping);
    const options = { natsServer: this.settings.natsServer, host: this.settings.natsHost, ports: this.#usedPorts(), maxFileBytes: brokerBytes(this.paths), certificates: this.#certificates };
    const plan = brokerPlan(this.paths, options, this.natsUrl, (line) => watch.readLine(line, () => this.#children.get('broker')));
    layBallast(this.paths);
    await this.#start('broker', plan);
  }

  /** Starts the backend; resolves when it says that it is ready, however long the read model takes to rebuild. */
  async startBackend(): Promise<void> {
    await this.#start('backend', backendPlan(this.settings, this.paths, this.#usedPorts(), this.#certificates));
  }

  /** Starts the agent of this machine, enrolled if need be; the endpoint's id, undefined while the agent is held down. */
  async startAgent(): Promise<string | undefined> {
    const { endpointId } = await enrolThisMachine(this.settings, this.paths, this.#say);
    this.stopping.throwIfAborted();
    const child = this.#add('agent', localAgentPlan(this.settings, this.paths, this.#brokerAccess()));
    const started = child.start();
    if (child.held) return undefined;
    await started;
    return endpointId;
  }

  /** Starts the simulated endpoints; resolves when all are enrolled. */
  async startSimulated(): Promise<void> {
    const token = await simulationToken(this.settings, this.paths);
    await this.#start('simulated', simulatedAgentsPlan(this.settings, this.paths, this.#brokerAccess(), token));
    const all = () => this.#simulated().length >= this.settings.endpoints;
    const enrolled = await withProgress(until(all, 120_000, this.stopping), (seconds) => this.#say(`enrolling simulated endpoints (${seconds} s) …`));
    if (!enrolled && !this.stopping.aborted) this.#say(`not all simulated endpoints are enrolled yet; see ${join(this.paths.logs, 'simulated.log')}`);
    this.#changed();
  }

  /** Stops everything in order and gives the data directory back. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const parts of stopOrder) {
      await Promise.all(parts.map(async (part) => this.#children.get(part)?.stop()));
    }
    this.#guard?.release();
    if (this.#lock === undefined) return;
    removeRuntime(this.paths);
    rmSync(this.paths.children, { force: true });
    this.#lock.release();
  }

  /** Ends everything at once. */
  kill(): void {
    this.#stopping.abort();
    for (const child of this.#children.values()) child.kill();
    this.#guard?.release();
    removeRuntime(this.paths);
  }

  /** Path of the CA to trust in what runs here; undefined without TLS, or where a public authority vouches. */
  get caFile(): string | undefined {
    return this.#certificates?.caFile;
  }

  #brokerAccess(): BrokerAccess {
    return { url: this.natsUrl, ca: this.caFile === undefined ? null : readFileSync(this.caFile, 'utf8') };
  }

  #usedPorts(): Ports {
    if (this.#ports === undefined) throw new Error('the installation has not been opened');
    return this.#ports;
  }

  #add(part: Part, plan: ChildPlan): SupervisedChild {
    const child = new SupervisedChild(plan, { say: this.#say, changed: () => this.#changed() });
    this.#children.set(part, child);
    return child;
  }

  async #start(part: Part, plan: ChildPlan): Promise<void> {
    this.stopping.throwIfAborted();
    await withProgress(this.#add(part, plan).start(), (seconds) => this.#say(`waiting for ${plan.name} (${seconds} s) …`));
  }

  /** Tells the guard, the next start and the programs beside it which processes there are now. */
  #changed(): void {
    const pids = stopOrder.flat().flatMap((part) => {
      const child = this.#children.get(part);
      return child?.running === true && child.lastPid !== undefined ? [child.lastPid] : [];
    });
    this.#guard?.watch(pids);
    try {
      recordChildren(this.paths, pids);
      this.#writeRuntime();
    } catch (error) {
      // A full disk must not take the supervisor down with it.
      this.#say(`could not write down what runs: ${messageOf(error)}`);
    }
  }

  #writeRuntime(): void {
    const broker = this.#children.get('broker')?.lastPid;
    const backend = this.#children.get('backend')?.lastPid;
    if (broker === undefined || backend === undefined || !existsSync(this.paths.adminCreds)) return;
    const agents = this.#agents();
    writeRuntime(this.paths, {
      httpUrl: this.httpUrl,
      natsUrl: this.natsUrl,
      natsAdminCreds: this.paths.adminCreds,
      ...(this.caFile === undefined ? {} : { tlsCa: this.caFile }),
      pids: { broker, backend, agents: [...new Set(agents.map(({ pid }) => pid))] },
      agents,
      version: this.settings.version,
    });
  }

  #simulated(): EnrolledAgent[] {
    return simulatedAgents(this.paths.simulated, this.settings.endpoints);
  }

  #agents(): RuntimeAgent[] {
    const local = enrolledAgent(localAgentDir(this.paths));
    const pid = this.#children.get('agent')?.lastPid;
    const simulatorPid = this.#children.get('simulated')?.lastPid;
    return [
      ...(local === undefined || pid === undefined ? [] : [{ pid, ...local }]),
      ...(simulatorPid === undefined ? [] : this.#simulated().map((agent) => ({ pid: simulatorPid, ...agent }))),
    ];
  }
}
