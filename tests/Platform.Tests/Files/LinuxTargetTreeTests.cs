using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

[SupportedOSPlatform("linux")]
public sealed class LinuxTargetTreeTests : TargetTreeContract
{
    private protected override TargetTree Open(string path) => TargetTree.Open(path);

    private protected override long Kept(long mtimeNs) => mtimeNs;
}
