// The parts that a backup spends its time in, one by one.
//
//   dotnet run -c Release --project bench/Micro -- --filter '*Chunk*'      ('*' for all of them, --list flat for their names)
using AlfrescoBackupFlows.Micro;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// In this process: a project that is made on the way would be built under the rules of this repository.
ManualConfig config = ManualConfig
    .Create(DefaultConfig.Instance)
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .WithArtifactsPath(Path.Combine("artifacts", "micro"));
BenchmarkSwitcher.FromAssembly(typeof(ChunkBenchmarks).Assembly).Run(args, config);
