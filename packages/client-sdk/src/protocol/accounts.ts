/** An account of a host without a sign-in of its own. */
export interface Account {
  /** Who votes. */
  readonly id: string
  /** In lower case. Nobody has verified it. */
  readonly email: string
  readonly name: string
  /** Organizers may do what `authorize` would have to allow. */
  readonly role: 'voter' | 'organizer'
}

/** A new account. */
export interface SignUpInput {
  /** At most 200 characters. */
  readonly email: string
  /** 10 to 128 characters. */
  readonly password: string
  /** 1 to 100 characters. */
  readonly name: string
}

/** Who signs in. */
export interface SignInInput {
  readonly email: string
  readonly password: string
}

/** A new password, proved by the one before. */
export interface PasswordChange {
  readonly current: string
  /** 10 to 128 characters. */
  readonly next: string
}
