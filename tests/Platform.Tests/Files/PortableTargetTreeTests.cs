using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Files.Portable;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

[SupportedOSPlatform("linux")]
public sealed class PortableTargetTreeTests : TargetTreeContract
{
    private protected override TargetTree Open(string path) => PortableTargetTree.Open(path);

    private protected override long Kept(long mtimeNs) =>
        mtimeNs / TimeSpan.NanosecondsPerTick * TimeSpan.NanosecondsPerTick;
}
