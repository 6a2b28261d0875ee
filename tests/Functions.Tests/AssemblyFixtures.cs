using AlfrescoBackupFlows.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(OnDemand<PostgresServer>))]
