using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Web.Markup;

namespace AlfrescoBackupFlows.Web.Tests;

public sealed class HtmlTests
{
    [Fact]
    public void Every_value_is_encoded_and_markup_stays()
    {
        Html inner = Html.Of($"<b>{"1 < 2 & \"x\" 'y'"}</b>");

        Html all = Html.Of(
            $"<p title=\"{"\" onload=\"x"}\">{inner}{new[] { inner, inner }.Take(1)}{7L}{(string?)null}</p>"
        );

        const string Inner = "<b>1 &lt; 2 &amp; &quot;x&quot; &#x27;y&#x27;</b>";
        Assert.Equal($"<p title=\"&quot; onload=&quot;x\">{Inner}{Inner}7</p>", all.ToString());
    }

    [Fact]
    public void What_nobody_sees_and_what_turns_text_around_is_written_out_and_letters_stay() =>
        Assert.Equal(@"Größe \u202egpj.exe \u0000 日本", Html.Of($"{"Größe \u202egpj.exe \0 日本"}").ToString());

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5e18, "4440.9 PiB")]
    public void Bytes_have_a_unit(double bytes, string shown) => Assert.Equal(shown, Amounts.Bytes(bytes));

    [Theory]
    [InlineData(-5, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(90_000, "25 h 0 min")]
    [InlineData(900_000, "10 d 10 h")]
    public void A_duration_has_its_two_largest_units(int seconds, string shown) =>
        Assert.Equal(shown, Show.Duration(TimeSpan.FromSeconds(seconds)));
}
