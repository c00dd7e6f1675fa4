/**
 * Every reason that a condition, a delivery or an event may carry, by area, with what it means for the reader. A reason is API:
 * scripts and alerts match on it, so none is renamed. The union is closed: the compiler asks for a line here, and
 * `docs/reference/reasons.md` is made from it.
 */
export const reasons = {
  source: {
    Valid: "The source holds a certificate that can be delivered.",
    SecretMissing: "A Secret that is referred to does not exist yet, or `--secret-selector` leaves it out.",
    ConfigMapMissing: "The ConfigMap of the source does not exist yet.",
    SourceKeyMissing: "The source has no key of that name, or none that holds a certificate.",
    SecretKeyMissing: "A Secret that is referred to has no such key.",
    SecretTypeRefused:
      "Secrets of this type hold rights or releases, not certificates: they are never read, nor written.",
    NotReadable: "The operator may not read it: its role lacks `get`.",
    SourceUnavailable: "The API server did not answer; it is tried again.",
    ImportMissing: "The CertificateImport that is referred to does not exist; the targets keep what they hold.",
    Expired: "The certificate has expired: renew it. Nothing that has expired is delivered.",
    NotYetValid: "The certificate is delivered when it becomes valid.",
    TemporaryCertificate: "cert-manager has put a temporary certificate there; the real one is waited for.",
    Malformed: "The bytes are not in the format that they claim to be; the message says where.",
    WrongPassword: "The password does not open it, or the bytes were changed.",
    PasswordRequired: "It is encrypted; refer to its password.",
    NotAuthenticated: "A keystore with a private key has no MAC that would show a change.",
    UnsupportedAlgorithm: "It is encrypted or signed with something that is not read; the message names it.",
    UnsupportedStoreType: "A keystore of a kind that is not read; the message names it.",
    LimitExceeded: "It is larger or costlier than the limits allow; the message names the limit.",
    NoCertificate: "There is no certificate in it.",
    NoLeaf: "None of the certificates is an end-entity certificate that fits.",
    AmbiguousLeaf: "Several certificates could be meant; choose one by alias.",
    KeyMismatch: "The private key belongs to none of the certificates.",
    NoPrivateKey: "An output needs the private key, and the source has none.",
    MissingIntermediate: "The chain has a gap; the message names the issuer that is missing.",
  },
  store: {
    Available: "The store answers.",
    StoreGoing: "The store is being deleted, so nothing new is written into it.",
    StoreMissing: "The store that is referred to does not exist yet.",
    ProviderMismatch: "The block is of another provider than the store.",
    ProviderNotBuilt: "This version has no such provider.",
    CredentialsRefused: "The store refuses the login: renew its credentials. It is not asked again until they change.",
    InvalidKubeconfig: "The kubeconfig has something in it that is refused; the message names it.",
    TokenNotGranted: "The operator may not request a token of the ServiceAccount; the message has the Role to apply.",
    TokenUnavailable: "A token could not be requested; it is tried again.",
    ServiceAccountMissing: "The ServiceAccount of the store does not exist yet.",
    ClusterUnavailable: "The cluster does not answer as it should; it is tried again.",
    CheckFailed: "The check failed in an unforeseen way; the operator's log has the error.",
    ClusterStoresOff:
      "The operator serves a list of namespaces, and ClusterCertificateStores only where it serves all.",
    StoreThrottled: "The store has asked for a pause; nobody asks it anything before that is over.",
    StoreUnavailable: "The store does not answer as it should; it is tried again.",
    StoreFailed: "The store failed in an unforeseen way; the operator's log has the error.",
    NotGranted: "No grant of a ClusterCertificateStore allows this use, or there is no such store.",
  },
  place: {
    AccessDenied: "The store's account may not do this; the message has the right that it lacks.",
    DifferentVolume:
      "Another volume is mounted than the one that was written to, or none: nothing is written before a person has decided.",
    NamespaceMissing: "The namespace of the place does not exist yet.",
    NamespaceTerminating: "The namespace of the place is being deleted.",
    Refused: "The store refuses what is written; the message says why.",
    TypeDiffers: "The Secret there is of another type, which cannot be changed.",
    SecretImmutable: "The Secret there is immutable.",
    ConfigMapImmutable: "The ConfigMap there is immutable.",
    CannotOpen: "The keystore there may hold entries of others, and opens with neither password.",
    PlaceTaken: "Another resource holds the place.",
    OwnedElsewhere: "Another operator holds the place.",
    NotAdopted: "Something that was not delivered lies there, and adoptionPolicy does not take it over.",
    DowngradeRefused: "The certificate in place was issued later and expires later.",
    Drifted: "The place was changed by someone else, and driftPolicy is Report.",
    PlaceChanging: "The place changes faster than it can be written.",
    VerifyFailed: "It was written, but reads back otherwise.",
    PlaceUnknown: "The record of the place cannot be read, so what lies there cannot be removed.",
    InDoubt: "It is not known whether the last write happened, and it cannot be repeated.",
    RemovalFailed: "What was written could not be removed yet.",
  },
  delivery: {
    Pending: "It has not been looked at yet.",
    Requested: "A reconcile request has ended a doubt; it is looked at anew.",
    Delivered: "The place holds the certificate.",
    AwaitingOutcome: "An earlier write has no answer yet, and may still be under way.",
    Suspended: "Nothing is written while this, its target or the operator is suspended.",
    WaitingForWindow: "No window of the schedule is open; the message says when the next one opens.",
    WaitingForRunAt: "The time in `schedule.runAt` has not come; the message says when it does.",
    NoOpening: "No window of the schedule opens within 400 days, or one cannot be read: correct it.",
    WaitingForRollout: "Other targets come first, by `rollout.maxParallel` and the order of the list.",
    RolloutStopped:
      "A target failed, and `rollout.stopOnFailure` is true: no other is begun until spec or source changes, or a reconcile is requested.",
    StoreSuspended: "Nothing is written or removed while the store is suspended.",
  },
  plan: {
    NotThere: "Nothing lies there yet.",
    FirstDelivery: "The place is ours and was not written yet.",
    Changed: "What shall lie there has changed.",
    Drift: "Someone else changed what was written.",
    Adoption: "Something that lies there is taken over.",
  },
  conditions: {
    Updating: "Every place holds a valid certificate, and a newer one is on its way.",
    UpdateScheduled: "Every place holds a valid certificate, and a newer one waits for its time.",
    NotReconciling: "Nothing is under way.",
    NotStalled: "Nothing is stuck.",
  },
  events: {
    LeftBehind: "Something that was written stays where it is; the message says what and why.",
    Urgent:
      "The certificate in place would have expired before the next opening, or soon, and was replaced outside the schedule.",
    Removed: "What was written there has been removed.",
  },
} as const;

type Reasons = typeof reasons;
/** One of `reasons`. */
export type Reason = { [Area in keyof Reasons]: keyof Reasons[Area] }[keyof Reasons];
