using AlfrescoBackupFlows.Extension.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(OnDemand<PostgresServer>))]
[assembly: AssemblyFixture(typeof(TaskHubs))]
[assembly: Trait("needs", "server")]
