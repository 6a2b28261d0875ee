using System.Text;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Restore;

public sealed class OpenDirectoriesTests
{
    [Fact]
    public void Files_go_to_their_directories_however_many_are_used_in_turn()
    {
        using TempDirectory temp = new();
        using TargetTree target = TargetTree.Open(temp.Path);
        using (var directories = new OpenDirectories(target))
        {
            for (int turn = 0; turn < 3; turn++)
            {
                foreach (int number in Enumerable.Range(0, 40).Append(39).Append(0))
                {
                    TargetDirectory directory = directories.Open(Bytes($"a/{number}"));
                    directory.ReplaceFile(Bytes($"{number}-{turn}"), mode: 0x180).Dispose();
                }
            }
        }

        Assert.All(
            Enumerable.Range(0, 40),
            number =>
                Assert.Equal(
                    [$"{number}-0", $"{number}-1", $"{number}-2"],
                    Directory.GetFiles(temp.Combine("a", $"{number}")).Select(Path.GetFileName).Order()
                )
        );
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
