/** Sizes both sides rely on. Lengths of text are in UTF-16 code units unless a name says bytes. */
export const limits = {
  /** A channel message from a client, in bytes. Larger closes with 1009. */
  messageBytes: 16 * 1024,
  /** An HTTP body, in bytes. */
  bodyBytes: 64 * 1024,
  /** An uploaded picture, in bytes, unless the host says otherwise. */
  imageBytes: 5 * 1024 * 1024,
  altLength: 500,
  questionLength: 500,
  labelLength: 200,
  minChoices: 2,
  maxChoices: 200,
  maxBoxes: 64,
  /** The most that `minVoters` can ask for. */
  maxMinVoters: 1_000_000,
  pollIdLength: 64,
  voteIdLength: 64,
  voterLength: 200,
  /** Named voters in one `POST /voters`. */
  namedVoters: 1000,
  idempotencyKeyLength: 200,
  /** Invitations in one `POST /polls/:id/invitations`. */
  invitations: 10_000,
  invitationLength: 64,
  captchaLength: 8192,
  reasonLength: 500,
  /** Voter keys in one `POST /polls/:id/void`. */
  voidedKeys: 1000,
  credentialLength: 4096,
} as const
