/** What `keepResults` answers. */
export type KeepResultsAnswer =
  /** Kept, and published: to how many nodes. */
  | ['kept', nodes: number]
  /** The same counts are kept already, at the same state or a later one. */
  | ['same']
  /** What is kept has a later version, or a later epoch: which. */
  | ['behind', epoch: string, version: string]

/** Keeps a poll's snapshot if it is newer than the one kept, and then publishes it: in one step, whoever else does so. */
export const keepResults = `
-- KEYS[1]  of the poll: a hash with epoch, version, state, revealed and snapshot; also the name of its channel
-- ARGV[1]  epoch      ARGV[2]  version      ARGV[3]  state: 0, 1, 2      ARGV[4]  revealed: 0, 1
-- ARGV[5]  snapshot   ARGV[6]  what stands before it in the message
-- ARGV[7]  PUBLISH or SPUBLISH              ARGV[8]  milliseconds that it is kept
-- Answers {'kept', nodes}, {'same'} or {'behind', epoch, version}: see KeepResultsAnswer.
local fields = {'epoch', 'version', 'state', 'revealed'}
local kept = redis.call('HMGET', KEYS[1], unpack(fields))
if kept[1] then
  for place = 1, 4 do
    local ours, theirs = tonumber(ARGV[place]), tonumber(kept[place])
    if ours > theirs then break end
    if ours < theirs and place <= 2 then return {'behind', kept[1], kept[2]} end
    if ours < theirs or place == 4 then return {'same'} end
  end
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'version', ARGV[2], 'state', ARGV[3], 'revealed', ARGV[4], 'snapshot', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[8])
return {'kept', redis.call(ARGV[7], KEYS[1], ARGV[6] .. ARGV[5])}
`
