// Hosts kubelets: keeps them in step with their cluster by reports. The pool's Durable Object and the outside process
// are shells around it that bring the clock, the timer and the transport.
//
// 1. `turn` is never run twice at once; the shell sees to it.
// 2. The cursor moves only when an answer has been taken in whole; after a failure what was sent is sent again.
// 3. Without a cursor (`since` 0) the answers up to the one without `more` are the whole truth: other pods are dropped.
// 4. Machines of node groups come with the answers, and every answer that has some has them all. The kubelet of a new one starts
//    when its time has come, and asks at first for all there is of it (`anew`): answers speak only of nodes that the report
//    names, and it may have been there before this host was. So a host that starts anew loses none and doubles none.
// 5. A machine whose Node the server refuses (by a policy, say) asks again later and later; the others do not wait for it.
// 6. A turn ends when nothing is left to report, the reports failed, or news keep coming: then `nextDue` is at once.

import type { Node, PodStatus } from '../api/types/core-v1.ts';
import type { Random } from '../lib/random.ts';
import { formatMicroTime } from '../lib/clock.ts';
import type { ContainerBehaviour } from './kubelet/behaviour.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import type { NodeShape } from './kubelet/node-object.ts';
import { registrationObject } from './kubelet/node-object.ts';
import type { Machine, NodeBeat, NodeEvent, PodUpdate, Report, ReportAnswer } from '../api/report.ts';
import type { Transport } from './report-client.ts';
import { registerNode, sendReport } from './report-client.ts';
import { Retries } from './retries.ts';

export interface NodeHostOptions {
  readonly nodes: readonly NodeShape[];
  /** Name of the pool; absent for an outside node. */
  readonly pool?: string;
  /** Promise heartbeats instead of sending them. */
  readonly standing: boolean;
  readonly transport: Transport;
  readonly random: Random;
  /** Milliseconds since the epoch; read at the start of each step of a turn. */
  readonly now: () => number;
  /** Names of nodes that had no power when they were last known. */
  readonly off?: readonly string[];
  /** Called, before anything is reported of it, when a node's power changed. */
  readonly onPower?: (off: readonly string[]) => void;
  /** Called with the server's words when a machine may not register. */
  readonly onRefused?: (error: string) => void;
  readonly behaviour?: ContainerBehaviour;
}

export interface Turn {
  /** Why it ended early; undefined: all is reported. */
  readonly error: string | undefined;
}

/** A node that does not stand repeats its status so often (milliseconds). */
const STATUS_EVERY = 300_000;
/** More reports than any sane turn needs: a bound against a server that always says `more`. */
const MAX_REPORTS = 100;
/** What one report takes up at most: its writes are one transaction, and nobody is answered meanwhile. */
const PODS_A_REPORT = 30;
const EVENTS_A_REPORT = 60;
/** A pod takes two: it comes down, its status goes up. What comes later makes larger reports in the next turn. */
const REPORTS_A_TURN = 3;

interface Batch {
  readonly report: Report;
  readonly updates: ReadonlyMap<Kubelet, PodUpdate[]>;
  readonly events: ReadonlyMap<Kubelet, NodeEvent[]>;
}

export class NodeHost {
  readonly #options: NodeHostOptions;
  readonly #kubelets = new Map<string, Kubelet>();
  /** Machines of node groups whose kubelets run. */
  readonly #machines = new Set<string>();
  /** Ordered machines that have not booted yet. */
  #booting: readonly Machine[] = [];
  /** Nodes of which no answer has spoken yet. */
  readonly #anew = new Set<string>();
  /** Of machines that were refused (rule 5). */
  readonly #retries = new Retries();
  #since = 0;
  /** Uids named by the answers since the cursor was 0; undefined once they are complete. */
  #seen: Set<string> | undefined = new Set();
  /** Nodes of the answers that said `more`: they are handed in after their pods. */
  #nodes: Node[] = [];
  /** When each node's status was last sent. */
  readonly #statusSent = new Map<string, number>();
  readonly #announced = new Set<string>();

  constructor(options: NodeHostOptions) {
    this.#options = options;
    for (const shape of options.nodes) this.#start(shape, options.now());
  }

  #start(shape: NodeShape, now: number): void {
    const { random, behaviour, off = [] } = this.#options;
    const kubelet = new Kubelet({
      shape,
      random,
      now,
      off: off.includes(shape.name),
      ...(behaviour === undefined ? {} : { behaviour }),
    });
    this.#kubelets.set(shape.name, kubelet);
  }

  /** Milliseconds; undefined: nothing happens until the cluster says so. */
  nextDue(): number | undefined {
    if (this.#outstanding(this.#options.now())) return 0;
    let least = this.#retries.next;
    for (const { bootAt } of this.#booting) if (least === undefined || bootAt < least) least = bootAt;
    for (const kubelet of this.#kubelets.values()) {
      const due = kubelet.pending && !kubelet.off ? 0 : kubelet.nextDue();
      if (due !== undefined && (least === undefined || due < least)) least = due;
    }
    return least;
  }

  /**
   * Does what is due and reports what there is to report. `ask`: the cluster has news, so report even
   * where there is nothing to say.
   */
  async turn(ask: boolean): Promise<Turn> {
    for (let reports = 0; reports < MAX_REPORTS; reports++) {
      const now = this.#options.now();
      const booted = this.#boot(now);
      for (const kubelet of this.#kubelets.values()) kubelet.advance(now);
      const news = ask || booted || (this.#retries.next ?? Infinity) <= now;
      if (reports === 0 && !news && !this.#outstanding(now)) return { error: undefined };
      const batch = this.#batch(now);
      const sent = await sendReport(this.#options.transport, batch.report);
      if (!sent.ok) {
        this.#giveBack(batch);
        if (sent.expired) this.#forgetCursor();
        if (sent.expired && reports === 0) continue;
        return { error: sent.error };
      }
      this.#sent(batch, sent.value);
      this.#take(sent.value);
      const again = this.#takeMachines(sent.value.machines);
      if (sent.value.more === true || again) continue;
      const registered = await this.#register();
      if (registered.error !== undefined) return { error: registered.error };
      if (registered.count > 0) continue;
      const after = this.#options.now();
      for (const kubelet of this.#kubelets.values()) kubelet.advance(after);
      if (!this.#outstanding(after) || reports + 1 >= REPORTS_A_TURN) return { error: undefined };
    }
    return { error: 'the reports do not come to an end' };
  }

  #outstanding(now: number): boolean {
    for (const kubelet of this.#kubelets.values()) {
      if (!kubelet.registered) continue;
      if (kubelet.off) {
        if (!this.#announced.has(kubelet.shape.name)) return true;
      } else if (kubelet.pending || kubelet.nodeStatus(now) !== undefined) return true;
    }
    return this.#since === 0;
  }

  #batch(now: number): Batch {
    const { pool, standing } = this.#options;
    const beats: NodeBeat[] = [];
    const withdrawn: string[] = [];
    const updates = new Map<Kubelet, PodUpdate[]>();
    const events = new Map<Kubelet, NodeEvent[]>();
    const pods: PodUpdate[] = [];
    const allEvents: NodeEvent[] = [];
    let containers = 0;
    for (const kubelet of this.#kubelets.values()) {
      const { name } = kubelet.shape;
      if (kubelet.off) {
        withdrawn.push(name);
        continue;
      }
      const repeat = !standing && now - (this.#statusSent.get(name) ?? now) >= STATUS_EVERY;
      const status = kubelet.nodeStatus(now, repeat);
      beats.push({ name, standing, beat: formatMicroTime(now), ...(status === undefined ? {} : { status }) });
      const ownUpdates = kubelet.takeUpdates(PODS_A_REPORT - containers);
      const ownEvents = kubelet.takeEvents(EVENTS_A_REPORT - allEvents.length);
      updates.set(kubelet, ownUpdates);
      events.set(kubelet, ownEvents);
      pods.push(...ownUpdates);
      containers += ownUpdates.reduce((sum, { status }) => sum + containerCount(status), 0);
      allEvents.push(...ownEvents);
    }
    const named = pool === undefined ? {} : { pool };
    const anew = this.#anew.size === 0 ? {} : { anew: [...this.#anew] };
    const report: Report = { ...named, since: this.#since, ...anew, nodes: beats, withdrawn, pods, events: allEvents };
    return { report, updates, events };
  }

  #giveBack(batch: Batch): void {
    for (const [kubelet, updates] of batch.updates) kubelet.giveBack(updates, batch.events.get(kubelet) ?? []);
  }

  #sent(batch: Batch, answer: ReportAnswer): void {
    for (const [kubelet, updates] of batch.updates) kubelet.sent(updates);
    const now = this.#options.now();
    for (const beat of batch.report.nodes) {
      if (beat.status === undefined) continue;
      this.#kubelets.get(beat.name)?.nodeStatusSent(beat.status);
      this.#statusSent.set(beat.name, now);
    }
    for (const name of batch.report.withdrawn) this.#announced.add(name);
    for (const { reason, uid } of answer.refused) {
      // The pod is gone or is another one; any other refusal would be repeated for ever, so it is left at that.
      if (reason === 'NotFound' || reason === 'Conflict')
        for (const kubelet of this.#kubelets.values()) kubelet.removePod(uid);
    }
  }

  #take(answer: ReportAnswer): void {
    const now = this.#options.now();
    for (const { uid } of answer.gone) {
      this.#seen?.delete(uid);
      for (const kubelet of this.#kubelets.values()) kubelet.removePod(uid);
    }
    for (const pod of answer.pods) {
      const kubelet = this.#kubelets.get(pod.spec?.nodeName ?? '');
      if (kubelet === undefined) continue;
      this.#seen?.add(pod.metadata.uid);
      kubelet.setPod(pod, now);
    }
    this.#nodes.push(...answer.nodes);
    this.#since = answer.revision;
    if (answer.more === true) return;
    this.#anew.clear();
    if (this.#seen !== undefined) {
      for (const kubelet of this.#kubelets.values()) kubelet.retain(this.#seen);
      this.#seen = undefined;
    }
    const before = this.#offNames();
    for (const node of this.#nodes) this.#kubelets.get(node.metadata.name)?.setNode(node, now);
    this.#nodes = [];
    const after = this.#offNames();
    if (after.join() === before.join()) return;
    for (const name of this.#announced) if (!after.includes(name)) this.#announced.delete(name);
    this.#options.onPower?.(after);
  }

  /** Rule 4. True: some have started, and what is known of them is to be asked for. */
  #takeMachines(machines: readonly Machine[] | undefined): boolean {
    if (machines === undefined) return false;
    const named = new Set(machines.map(({ name }) => name));
    for (const name of this.#machines) {
      if (named.has(name)) continue;
      this.#machines.delete(name);
      this.#kubelets.delete(name);
      this.#statusSent.delete(name);
      this.#announced.delete(name);
      this.#anew.delete(name);
      this.#retries.forget(name);
    }
    this.#booting = machines.filter(({ name }) => !this.#kubelets.has(name));
    return this.#boot(this.#options.now());
  }

  /** Starts the kubelets that are due. True: there were some. */
  #boot(now: number): boolean {
    const due = this.#booting.filter(({ bootAt }) => bootAt <= now);
    if (due.length === 0) return false;
    this.#booting = this.#booting.filter(({ bootAt }) => bootAt > now);
    for (const machine of due) {
      this.#machines.add(machine.name);
      this.#anew.add(machine.name);
      this.#start(machine, now);
    }
    return true;
  }

  #offNames(): string[] {
    return [...this.#kubelets.values()].filter((kubelet) => kubelet.off).map((kubelet) => kubelet.shape.name);
  }

  #forgetCursor(): void {
    this.#since = 0;
    this.#seen = new Set();
    this.#nodes = [];
  }

  /** Registers the nodes that the cluster has not heard of; their objects come with the next report. */
  async #register(): Promise<{ readonly count: number; readonly error: string | undefined }> {
    const now = this.#options.now();
    const missing = [...this.#kubelets.values()].filter(
      (kubelet) => !kubelet.registered && !kubelet.off && !this.#retries.isWaiting(kubelet.shape.name, now),
    );
    let count = 0;
    let error: string | undefined;
    const register = async (kubelet: Kubelet): Promise<void> => {
      const { name } = kubelet.shape;
      const object = registrationObject(kubelet.shape, kubelet.bootId, now);
      const sent = await registerNode(this.#options.transport, object);
      if (sent.ok) {
        this.#retries.forget(name);
        announce(kubelet, now);
        count++;
      } else if (sent.refused && this.#machines.has(name)) {
        this.#retries.refused(name, now);
        this.#options.onRefused?.(sent.error);
      } else error = sent.error;
    };
    await Promise.all(missing.map(register));
    return { count, error };
  }
}

/** What a status weighs in a report: large pods make for fewer of them. */
function containerCount(status: PodStatus): number {
  return Math.max(
    (status.initContainerStatuses?.length ?? 0) +
      (status.containerStatuses?.length ?? 0) +
      (status.ephemeralContainerStatuses?.length ?? 0),
    1,
  );
}

/** The events of a kubelet that starts. */
function announce(kubelet: Kubelet, now: number): void {
  const status = (reason: string): void => {
    const message = `Node ${kubelet.shape.name} status is now: ${reason}`;
    kubelet.emitNode({ type: 'Normal', reason, message }, now);
  };
  kubelet.emitNode({ type: 'Normal', reason: 'Starting', message: 'Starting kubelet.' }, now);
  status('NodeHasSufficientMemory');
  status('NodeHasNoDiskPressure');
  status('NodeHasSufficientPID');
  status('NodeReady');
}
