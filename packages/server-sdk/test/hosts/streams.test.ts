import { httpHosts } from './http-hosts.ts'
import { describeRequests } from './requests.suite.ts'
import { describeStreams } from './streams.suite.ts'

for (const [name, host] of Object.entries(httpHosts)) {
  describeRequests(name, host)
  describeStreams(name, host)
}
