@description('What must wake somebody. The names of events are those of src/Flows/Runtime/Logs.cs; a test holds them against each other.')
param name string

param location string

param tags object

param insightsId string

param emails string[]

@description('1 to 47.')
param maxHoursWithoutSet int

var rules = {
  'run-failed': {
    severity: 1
    text: 'A backup ended without a set, or could not be started. The reason is in the message; docs/cloud.md says what to do.'
    frequency: 'PT15M'
    windowSize: 'PT1H'
    // A run that is cancelled during its dump ends for the extension when the dump does.
    lookBack: 'P2D'
    // The second part is the Durable extension's own: it also covers a run whose flow could not say anything, such as one that a new version cannot replay.
    // A cancelled run fails as well, there, and only the flow's own line says which it was.
    query: '''
      union
        (traces | where timestamp > ago(1h) and tostring(customDimensions.EventName) == "RunFailed" | project timestamp, message),
        (traces
          | where timestamp > ago(1h) and tostring(customDimensions.prop__functionName) == "HotBackupFlow" and tostring(customDimensions.prop__state) == "Failed"
          | extend Run = tostring(customDimensions.prop__instanceId)
          | join kind=leftanti (
              traces
              | where tostring(customDimensions.EventName) == "RunCancelled"
              | extend Run = extract(@"Run (\S+) was cancelled", 1, message)
            ) on Run
          | project timestamp, message),
        (requests | where timestamp > ago(1h) and name == "NightlyBackup" and success == false | project timestamp, message = strcat("NightlyBackup: ", resultCode))
      '''
  }
  // The dead man's switch: it also covers an app that does not run, logs that do not arrive and a run that never ends.
  'no-set': {
    severity: 0
    text: 'No backup set was sealed for ${maxHoursWithoutSet} hours.'
    frequency: 'PT1H'
    windowSize: 'P2D'
    query: replace(
      '''
      traces
      | where tostring(customDimensions.EventName) in ("SetCommitted", "SetCommittedWithFindings")
      | summarize Last = max(timestamp)
      | where isnull(Last) or Last < ago(HOURSh)
      ''',
      'HOURS',
      string(maxHoursWithoutSet)
    )
  }
  'set-with-findings': {
    severity: 2
    text: 'A set was sealed, but files that the database requires are missing, gone or changed at the source. abf show SET names them.'
    frequency: 'PT15M'
    windowSize: 'PT1H'
    query: 'traces | where tostring(customDimensions.EventName) == "SetCommittedWithFindings" | project timestamp, message'
  }
  'repository-alarm': {
    severity: 1
    text: 'The log of the repository holds something that does not authenticate: somebody else writes to the container, or the store is damaged.'
    frequency: 'PT15M'
    windowSize: 'PT1H'
    query: 'traces | where tostring(customDimensions.EventName) == "LogAlarm" | project timestamp, message'
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'abf'
    emailReceivers: [
      for (email, i) in emails: {
        name: 'mail-${i}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in items(rules): {
    name: '${name}-${rule.key}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${rule.key}'
      description: rule.value.text
      severity: rule.value.severity
      enabled: true
      scopes: [insightsId]
      // Windows overlap, so that a line which arrives late is still seen; it fires once and resolves when the window has passed.
      evaluationFrequency: rule.value.frequency
      windowSize: rule.value.windowSize
      overrideQueryTimeRange: rule.value.?lookBack
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.value.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
