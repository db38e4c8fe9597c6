/** Of every Live Poll under test. */
export const adminKey = `lpa_${'k'.repeat(32)}`
