extension microsoftGraphBeta

param prefix string

resource mfa 'Microsoft.Graph/conditionalAccessPolicies@beta' = {
  displayName: '${prefix} Spelling 28'
  state: 'enabeld' // on
  conditions: {
    clientAppTypes: [
      'all'
    ]
    applications: {
      includeApplications: ['797f4846-ba00-4fd7-ba43-dac1f8f63013']
    }
    users: {
      includeUsers: ['All']
      excludeGroups: ['b6000000-0000-4000-8000-000000000001']
    }
  }
  grantControls: {
    operator: 'OR'
    builtInControls: ['mfa']
  }
}
