import { sql } from 'kysely'
import { table } from '../sql/tables.ts'

/**
 * A batch of a thousand votes is a text of 100 KB, which Postgres compresses: by LZ4, where it was built with it, in a third of the
 * time. It is Postgres from version 14 on that can be told so; the statement of an older one is wrong.
 */
export const compressOutbox = sql`
  do $$ begin
    execute $alter$alter table ${table('live_poll_outbox')} alter column events set compression lz4$alter$;
  exception when feature_not_supported or syntax_error then
    null;
  end $$`
