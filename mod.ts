/**
 * Townlet: a small-town life simulation whose residents can learn.
 *
 * Load a configuration, open a simulation, run it, read it, save it:
 *
 * ```ts
 * import { loadConfig, openSimulation } from "@townlet/townlet";
 *
 * const config = await loadConfig(`
 * config_id: pair
 * features:
 *   stages: { relationships: B }
 *   systems: { lifecycle: "on" }
 * rewards:
 *   needs_weights: { hunger: 1, hygiene: 0.6, energy: 0.8 }
 * world:
 *   grid_size: [8, 8]
 *   objects:
 *     - { id: fridge, type: fridge, position: [2, 2] }
 * population:
 *   residents:
 *     - { id: ada, home: [1, 1], wallet: 5 }
 *     - { id: bo, home: [4, 4], wallet: 5 }
 * `, { file: "pair.yaml" });
 *
 * const simulation = openSimulation(config, { seed: 7 });
 * const summary = simulation.runFor(200);
 * console.assert(summary.ticks === 200);
 * ```
 *
 * @module
 */
export {
  type LoadedTown,
  loadPolicy,
  type LoadPolicyOptions,
  loadRunPolicy,
  loadTown,
  openTown,
} from "./src/app.ts";
export {
  EXIT,
  TownletError,
  type TownletErrorOptions,
} from "./src/base/error.ts";
export type { NpyArray, NpyData, NpyDtype } from "./src/base/npy.ts";
export { decodeNpz, encodeNpz } from "./src/base/npz.ts";
export { Random } from "./src/base/random.ts";
export type { JsonSchema } from "./src/config/json_schema.ts";
export * from "./src/config/public.ts";
export type {
  BatchArrays,
  ObservationBatch,
  ObservationRow,
} from "./src/observations/batch.ts";
export {
  type AgentEnvelope,
  agentEnvelope,
  type QueueCooldown,
  type QueueMembership,
  type QueueState,
} from "./src/observations/envelope.ts";
export {
  type LocalAgent,
  type LocalObject,
  type LocalTile,
  type LocalView,
  localView,
  type LocalViewOptions,
} from "./src/observations/local_view.ts";
export {
  type ConstantMetadata,
  constantMetadata,
  type ObservationMetadata,
  observationMetadata,
  type ObservationPlace,
  type PersonalityContext,
  type SocialContext,
  type VaryingMetadata,
  varyingMetadata,
} from "./src/observations/metadata.ts";
export { Observer, type ObserverOptions } from "./src/observations/observer.ts";
export type { SavedBatch } from "./src/observations/saved.ts";
export {
  type MapFormat,
  type ObservationSpec,
  observationSpec,
  SUMMARY,
} from "./src/observations/spec.ts";
export { embeddingOf } from "./src/observations/social.ts";
export { actionHash } from "./src/observations/tables.ts";
export { idlePolicy, randomPolicy } from "./src/policy/baselines.ts";
export { type BlendOptions, blendPolicy } from "./src/policy/blend.ts";
export {
  type Checkpoint,
  type CheckpointFacts,
  type CheckpointMeta,
  type RandomState,
} from "./src/policy/checkpoint.ts";
export {
  type NetInput,
  type NetOutput,
  openForward,
} from "./src/policy/network/forward.ts";
export { initNetwork } from "./src/policy/network/init.ts";
export { fillInput } from "./src/policy/network/input.ts";
export {
  type Encoder,
  type Layer,
  type Net,
  type NetName,
  NETS,
  type NetShape,
  type Network,
  openNet,
  policyHash,
  type Tensor,
  tensorsOf,
} from "./src/policy/network/net.ts";
export {
  networkPolicy,
  type NetworkPolicyOptions,
} from "./src/policy/network_policy.ts";
export { readOnnxMetadata } from "./src/policy/onnx/metadata.ts";
export {
  encodePolicyOnnx,
  type PolicyFacts,
} from "./src/policy/onnx/policy_graph.ts";
export type {
  OrtInput,
  OrtModule,
  OrtSession,
  OrtTensor,
} from "./src/policy/onnx/runtime.ts";
export { openPolicy, POLICY_NAMES } from "./src/policy/open.ts";
export type {
  Blend,
  DecisionPoint,
  Decisions,
  Policy,
} from "./src/policy/policy.ts";
export {
  type Decided,
  type PolicySnapshot,
  policySnapshots,
} from "./src/policy/policy_snapshot.ts";
export {
  openRuntimePolicy,
  type RuntimePolicyOptions,
} from "./src/policy/runtime_policy.ts";
export { type PolicySpec, policySpec } from "./src/policy/spec.ts";
export { scriptedPolicy } from "./src/policy/scripted.ts";
export {
  type RewardBreakdown,
  rewardBreakdown,
} from "./src/rewards/rewards.ts";
export {
  openSimulation,
  type RunSummary,
  Simulation,
  type SimulationOptions,
} from "./src/simulation.ts";
export {
  type Backend,
  type CloneBatch,
  type CloneLosses,
  type PpoBatch,
  type PpoCoefficients,
  type PpoLosses,
} from "./src/training/backend.ts";
export {
  type Dataset,
  type DatasetEpisode,
  episodesOf,
} from "./src/training/dataset/dataset.ts";
export type {
  EndReason,
  EpisodeFacts,
  ListedEpisode,
  ListedMetrics,
} from "./src/training/dataset/episodes.ts";
export {
  type DatasetHeader,
  datasetHeader,
  type DatasetManifest,
  type DatasetTotals,
  type ListedFile,
  type ListedShard,
  type RecordingFacts,
} from "./src/training/dataset/manifest.ts";
export {
  baselineOf,
  type EpisodeMetrics,
} from "./src/training/dataset/metrics.ts";
export {
  type RecordedEpisode,
  Recorder,
  type RecorderOptions,
} from "./src/training/dataset/recorder.ts";
export type { Shard } from "./src/training/dataset/shard.ts";
export type { NewEpisode } from "./src/training/dataset/writer.ts";
export {
  type Episode,
  evaluatePolicy,
  type Evaluation,
  type EvaluationOptions,
  evaluationSeeds,
} from "./src/training/evaluate.ts";
export type { Sequence, Steps, StepShape } from "./src/training/experience.ts";
export { type Adam, createAdam } from "./src/training/adam.ts";
export type { ConflictMetrics } from "./src/training/conflict.ts";
export type { Demonstrations } from "./src/training/ppo.ts";
export type {
  LifeSequence,
  Rollout,
  SavedEpisodes,
} from "./src/training/rollout.ts";
export { openOrtBackend } from "./src/training/ort_backend.ts";
export {
  openPpoTrainer,
  PpoTrainer,
  type PpoTrainerOptions,
  type TrainerState,
} from "./src/training/ppo_trainer.ts";
export {
  confidenceInterval,
  type Interval,
} from "./src/training/statistics.ts";
export { openTsBackend } from "./src/training/ts_backend.ts";
export type {
  DataMode,
  EpisodeMeans,
  EventMetrics,
  LearningMetrics,
  SampledFacts,
  UpdateRecord,
} from "./src/training/update_record.ts";
export {
  createDataset,
  type DatasetWriter,
  openDataset,
} from "./src/runs/dataset_files.ts";
export { loadCheckpoint } from "./src/runs/checkpoint_files.ts";
export {
  type SavedVector,
  type SavedWorld,
  savedWorld,
  worldOf,
} from "./src/vector/saved.ts";
export { SCRIPTED } from "./src/vector/lane.ts";
export { TALLIES, type TallyName } from "./src/vector/tallies.ts";
export {
  openVectorTown,
  type VectorBatch,
  type VectorOptions,
  VectorTown,
} from "./src/vector/vector.ts";
export type { Hooks, HookTally } from "./src/security/hooks.ts";
export {
  ChainVerifier,
  decodeKey,
  deriveSessionKey,
  type SplitLine,
  splitSignature,
} from "./src/security/signing.ts";
export { readSnapshot, writeSnapshot } from "./src/snapshots/files.ts";
export type { Identity } from "./src/snapshots/identity.ts";
export type { Plain } from "./src/snapshots/plain.ts";
export {
  decodeSnapshot,
  encodeSnapshot,
  type Loaded,
  type LoadOptions as SnapshotLoadOptions,
  type SaveOptions,
  type SnapshotHeader,
} from "./src/snapshots/snapshot.ts";
export { SCHEMA_VERSION } from "./src/telemetry/channels.ts";
export type { CloseReason } from "./src/telemetry/delivery/delivery.ts";
export type {
  Health,
  TransportHealth,
  TransportState,
} from "./src/telemetry/health.ts";
export {
  applyPatch,
  diffStates,
  type Patch,
  type PatchMembers,
  type State,
  type StateMembers,
} from "./src/telemetry/merge_patch.ts";
export {
  type CheckOptions,
  type Seen,
  type SeenStreams,
  StreamCheck,
  type Verdict,
  verifyLine,
} from "./src/telemetry/reader/check.ts";
export type {
  AnyFrame,
  BeatFrame,
  ByeFrame,
  EventFrame,
  Frame,
  GapFrame,
  HelloFrame,
  KeyFrame,
  Members,
  NumberedFrame,
  OtherFrame,
  PatchFrame,
  StateFrame,
} from "./src/telemetry/reader/envelope.ts";
export type { LineFaultCode } from "./src/telemetry/reader/fault.ts";
export type { Line } from "./src/telemetry/reader/line.ts";
export {
  type ReaderOptions,
  TelemetryReader,
} from "./src/telemetry/reader/reader.ts";
export type { Read, Source } from "./src/telemetry/reader/recording.ts";
export { StateView } from "./src/telemetry/reader/state_view.ts";
export {
  jsonSchemaOf,
  SCHEMA_NAMES,
  type SchemaName,
} from "./src/telemetry/schema/catalogue.ts";
export type {
  MomentData,
  NarrationRecord,
} from "./src/telemetry/stories/moment.ts";
export {
  type TieUpdate,
  tieUpdates,
} from "./src/telemetry/stories/tie_updates.ts";
export {
  type SavedStories,
  Telemetry,
  type TelemetryEnd,
  type TelemetryOptions,
} from "./src/telemetry/telemetry.ts";
export type { Action } from "./src/world/actions.ts";
export { actionMask } from "./src/world/choices.ts";
export type {
  ActionPayload,
  EventName,
  EventPayloads,
  HookEvent,
  TownEvent,
} from "./src/world/events.ts";
export type {
  AgentView,
  HookApi,
  HookCall,
  HookContext,
  HookHandler,
  HookStage,
  ObjectView,
  OutsideHook,
} from "./src/world/hooks.ts";
export type { Nearest } from "./src/world/nearest.ts";
export { compileTown } from "./src/world/compile/town.ts";
export { type Outcome, outcomesOf } from "./src/world/outcomes.ts";
export type { Paths } from "./src/world/paths.ts";
export { createWorld } from "./src/world/people.ts";
export type { Scope, Value } from "./src/world/preconditions.ts";
export {
  requestReset,
  type SlotMetrics,
  slotMetrics,
  type SlotTable,
  slotTable,
} from "./src/world/slots.ts";
export { agentsAt, objectsAt, positionOf } from "./src/world/spatial.ts";
export type { TieCause, TieDelta } from "./src/world/ties.ts";
export type {
  Affordance,
  BoundHook,
  Precondition,
  Schedule,
  Scheduled,
  Town,
  TownJob,
  TownResident,
  TownSpec,
} from "./src/world/town.ts";
export {
  type ActionKind,
  type CommandResult,
  KINDS,
  REWARD_PARTS,
  type Turn,
} from "./src/world/turn.ts";
export {
  type ActiveEvent,
  type Columns,
  copyWorld,
  type Counter,
  COUNTERS,
  findAgent,
  hashWorld,
  type Lineage,
  NEEDS,
  type PendingEvent,
  type PendingExit,
  type Records,
  type StreamName,
  STREAMS,
  type Termination,
  type Ticket,
  type World,
} from "./src/world/world.ts";
