import { describeBallotBoxRaces } from './ballot-box-races.suite.ts'
import { describeBallotStore } from './ballot-store.suite.ts'
import { describeErasures } from './erasures.suite.ts'
import { describeImageRaces } from './image-races.suite.ts'
import { describeImageRecords } from './image-records.suite.ts'
import { describeInvitationStore } from './invitation-store.suite.ts'
import { describeInvitedVotes } from './invited-votes.suite.ts'
import { describeLifeRaces } from './life-races.suite.ts'
import { describeOutbox } from './outbox.suite.ts'
import { describePollEdits } from './poll-edits.suite.ts'
import { describePollEndings } from './poll-endings.suite.ts'
import { describePollImages } from './poll-images.suite.ts'
import { describePollList } from './poll-list.suite.ts'
import { describePollStore } from './poll-store.suite.ts'
import { describePollVersions } from './poll-versions.suite.ts'
import { describeRequestKeys } from './request-keys.suite.ts'
import type { MakeStores } from './stores.ts'
import { describeVoteRecords } from './vote-records.suite.ts'
import { describeVoteVoids } from './vote-voids.suite.ts'

/** All that stores of any database have to do. */
export function describeStores(name: string, make: MakeStores): void {
  describeBallotStore(name, make)
  describeBallotBoxRaces(name, make)
  describePollStore(name, make)
  describePollList(name, make)
  describePollEdits(name, make)
  describePollEndings(name, make)
  describePollImages(name, make)
  describePollVersions(name, make)
  describeRequestKeys(name, make)
  describeLifeRaces(name, make)
  describeVoteRecords(name, make)
  describeVoteVoids(name, make)
  describeErasures(name, make)
  describeImageRecords(name, make)
  describeImageRaces(name, make)
  describeInvitationStore(name, make)
  describeInvitedVotes(name, make)
  describeOutbox(name, make)
}
