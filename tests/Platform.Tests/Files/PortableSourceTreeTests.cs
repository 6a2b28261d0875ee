using System.Runtime.Versioning;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.Files.Portable;

namespace AlfrescoBackupFlows.Platform.Tests.Files;

[SupportedOSPlatform("linux")]
public sealed class PortableSourceTreeTests : SourceTreeContract
{
    private protected override SourceTree Open(string path) => PortableSourceTree.Open(path);
}
