using Xunit.Sdk;
using Xunit.v3;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>The tests that take longest begin first, so that the end does not wait for one of them alone.</summary>
public sealed class CrashesFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [
            .. testCollections
                .OrderByDescending(collection =>
                    collection.TestCollectionDisplayName.Contains("BackupCrashTests", StringComparison.Ordinal)
                )
                .ThenByDescending(collection =>
                    collection.TestCollectionDisplayName.Contains(".Crash.", StringComparison.Ordinal)
                )
                .ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal),
        ];
}
