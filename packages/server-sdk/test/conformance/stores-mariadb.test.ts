import { describeOnMariadb } from '../servers/mariadb.ts'
import { openMariadbStores } from './mariadb-stores.ts'
import { describeStores } from './stores.suite.ts'

describeOnMariadb('The stores on MariaDB', () => describeStores('mariadb', openMariadbStores))
