/** What the package shows of configurations. @module */
export type { Config, Profile } from "./config.ts";
export { configFrom, loadConfig, type LoadOptions } from "./load.ts";
export { ConfigError, type Fault } from "./fault.ts";
export { configSha256 } from "./identity.ts";
export { configWarnings } from "./warnings.ts";
export { CORE_MANIFEST, type Manifest, parseManifest } from "./manifest.ts";
export { type ConfigSource, requireFit } from "./check_manifest.ts";
export type { ScheduledAction, ScheduledKind } from "./action.ts";
export type { AffordanceEntry, EffectName } from "./affordance_entry.ts";
export type { AffordanceSettings } from "./affordance_settings.ts";
export type { Behavior } from "./behavior.ts";
export type { Command, CommandArgs, CommandName } from "./commands.ts";
export type { Conflict, Rivalry } from "./conflict.ts";
export type { ConsoleSettings, ConsoleToken } from "./console_settings.ts";
export type { Economy, EconomyKey } from "./economy.ts";
export type { EmbeddingAllocator } from "./embedding_allocator.ts";
export type { Employment, EmploymentParameter } from "./employment.ts";
export type {
  Features,
  ObservationVariant,
  RelationshipStage,
  SocialRewardStage,
} from "./features.ts";
export type { HookSettings } from "./hooks.ts";
export type { HookSource } from "./hook_source.ts";
export type { Job, Jobs } from "./jobs.ts";
export type { Lifecycle } from "./lifecycle.ts";
export type { LogSettings } from "./log_settings.ts";
export type {
  Narration,
  NarrationCategory,
  PersonalityNarration,
  RelationshipNarration,
} from "./narration.ts";
export type { ObservationSettings } from "./observation_settings.ts";
export type { Personalities, ProfileName } from "./personalities.ts";
export type {
  ArrangedMeet,
  Blackout,
  Outage,
  PerturbationBase,
  Perturbations,
  PerturbationSpec,
  PriceSpike,
} from "./perturbations.ts";
export type { PolicySettings } from "./policy_settings.ts";
export type { Population, Resident } from "./population.ts";
export type { PpoSettings } from "./ppo_settings.ts";
export type { QueueFairness } from "./queue_fairness.ts";
export type { Rewards } from "./rewards.ts";
export type { Scenario, ScenarioAgent, TimelineEntry } from "./scenario.ts";
export type { Needs, Range, Tile } from "./schema.ts";
export type { SecretSource } from "./secret.ts";
export type { ServeSettings } from "./serve_settings.ts";
export type { SnapshotSettings } from "./snapshot_settings.ts";
export type { AlertName, StabilitySettings } from "./stability_settings.ts";
export type {
  Channel,
  ChannelName,
  SigningKey,
  TelemetrySettings,
} from "./telemetry_settings.ts";
export type { TrainingSettings } from "./training_settings.ts";
export type {
  FileTransport,
  HttpTransport,
  PrometheusTransport,
  StdoutTransport,
  TcpTransport,
  Transport,
  TransportDeadlines,
  TransportTls,
} from "./transport.ts";
export type {
  District,
  Movement,
  ObjectEntry,
  Reach,
  WorldSettings,
} from "./world_settings.ts";
