using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(OnDemand<PostgresServer>))]
[assembly: AssemblyFixture(typeof(OnDemand<MariaDbServer>))]
[assembly: AssemblyFixture(typeof(OnDemand<AzuriteServer>))]
[assembly: AssemblyFixture(typeof(CommittedSample))]
[assembly: TestCollectionOrderer(typeof(CrashesFirst))]
