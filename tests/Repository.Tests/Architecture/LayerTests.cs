using AlfrescoBackupFlows.Repository.Tests.Fakes;

namespace AlfrescoBackupFlows.Repository.Tests.Architecture;

public sealed class LayerTests
{
    [Fact]
    public void No_folder_uses_one_above_it()
    {
        Dictionary<string, string> sources = Read();
        Assert.InRange(sources.Count, 80, 500);
        Assert.Empty(Layers.Faults(sources));
    }

    [Fact]
    public void Every_layer_has_files()
    {
        HashSet<string> folders = [.. Read().Keys.Select(path => Path.GetDirectoryName(path)!)];
        Assert.Equal(Layers.BottomUp.Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(
        "Crypto/FrameCipher.cs",
        "using AlfrescoBackupFlows.Repository.Log;\n",
        "Crypto/FrameCipher.cs: uses Log, which lies above Crypto"
    )]
    [InlineData(
        "Packs/PackBuilder.cs",
        "using static AlfrescoBackupFlows.Repository.Runs.RunPages;\n",
        "Packs/PackBuilder.cs: uses Runs, which lies above Packs"
    )]
    [InlineData(
        "Log/LogWalk.cs",
        "using Table = AlfrescoBackupFlows.Repository.ChunkIndexes.ChunkIndexTable;\n",
        "Log/LogWalk.cs: uses ChunkIndexes, which lies above Log"
    )]
    [InlineData(
        "Format/RunId.cs",
        "namespace A { class B(Cache.ScratchFile file); }\n",
        "Format/RunId.cs: uses Cache, which lies above Format"
    )]
    [InlineData(
        "Chunks/ChunkStream.cs",
        "namespace A { class B(RunWriter writer); }\n",
        "Chunks/ChunkStream.cs: uses the project's own folder, which lies above Chunks"
    )]
    [InlineData(
        "BackupRepository.cs",
        "using AlfrescoBackupFlows.Repository.Verification;\n",
        "BackupRepository.cs: uses Verification, which lies above "
    )]
    public void A_planted_use_of_a_folder_above_is_found(string path, string planted, string fault)
    {
        Dictionary<string, string> sources = Read();
        sources[path] = planted + sources[path];
        Assert.Equal(fault, Assert.Single(Layers.Faults(sources)));
    }

    [Fact]
    public void A_planted_namespace_and_a_planted_folder_are_found()
    {
        Dictionary<string, string> sources = Read();
        sources["Packs/PackBuilder.cs"] = sources["Packs/PackBuilder.cs"]
            .Replace(".Packs;", ";", StringComparison.Ordinal);
        sources["Extra/Extra.cs"] = "namespace AlfrescoBackupFlows.Repository.Extra;\n";
        Assert.Equal(
            [
                "Extra/Extra.cs: the folder 'Extra' has no layer",
                "Packs/PackBuilder.cs: its namespace is not AlfrescoBackupFlows.Repository.Packs",
            ],
            Layers.Faults(sources).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void What_comments_and_messages_say_uses_nothing()
    {
        Dictionary<string, string> sources = Read();
        sources["Crypto/FrameCipher.cs"] += "// RunWriter and AlfrescoBackupFlows.Repository.Log\n";
        sources["Packs/PackBuilder.cs"] += "file static class Words { public const string Text = \"RunWriter\"; }\n";
        Assert.Empty(Layers.Faults(sources));
    }

    private static Dictionary<string, string> Read()
    {
        string project = SourceFiles.Path("src", "Repository");
        return Directory
            .EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(project, file).Replace('\\', '/'))
            .Where(file => file.Split('/')[0] is not ("obj" or "bin"))
            .ToDictionary(file => file, file => File.ReadAllText(Path.Combine(project, file)));
    }
}
