namespace AlfrescoBackupFlows.Fuzz.Tests;

/// <summary>
/// Every target with its corpus, and with some thousand inputs that were made of it, always the same ones:
/// <c>eng/fuzz</c> goes on with others for as long as one likes.
/// </summary>
public sealed class FuzzTests
{
    private const int Seed = 4711;

    public static IEnumerable<TheoryDataRow<string>> Targets =>
        FuzzTargets.All.Select(t => new TheoryDataRow<string>(t.Name));

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_parser_returns_or_says_what_is_wrong_whatever_it_is_given(string name)
    {
        FuzzTarget target = FuzzTargets.Named(name);
        IReadOnlyList<byte[]> corpus = Corpus.Of(target);
        Assert.NotEmpty(corpus);
        foreach (byte[] input in corpus)
        {
            target.Run(input);
        }

        var mutator = new Mutator(corpus, Seed, target.MaxLength);
        for (int i = 0; i < target.ShortRun; i++)
        {
            target.Run(mutator.Next());
        }
    }

    [Fact]
    public void Each_directory_of_the_corpus_belongs_to_a_target()
    {
        string all = Path.Combine(AppContext.BaseDirectory, "Corpus");
        Assert.Equal(
            FuzzTargets.All.Select(t => t.Name).Order(StringComparer.Ordinal),
            Directory.GetDirectories(all).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_seed_gives_the_same_inputs_again()
    {
        byte[][] corpus =
        [
            [1, 2, 3, 4, 5, 6, 7, 8],
        ];
        byte[][] first = Made(),
            second = Made();
        Assert.Equal(first, second);
        Assert.Equal(100, first.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count(), tolerance: 10);

        byte[][] Made()
        {
            var mutator = new Mutator(corpus, Seed, 100);
            return [.. Enumerable.Range(0, 100).Select(_ => mutator.Next())];
        }
    }

    [Fact]
    public void What_breaks_the_contract_is_told_with_its_input()
    {
        byte[] input = [1, 2, 3];
        var throws = new FuzzTarget("throws", static _ => throw new InvalidCastException("no"));
        var eats = new FuzzTarget("eats", static _ => GC.KeepAlive(new byte[100 << 20]));

        Assert.Contains(
            "AQID",
            Assert.Throws<FuzzFaultException>(() => throws.Run(input)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "allocated",
            Assert.Throws<FuzzFaultException>(() => eats.Run(input)).Message,
            StringComparison.Ordinal
        );
    }
}
