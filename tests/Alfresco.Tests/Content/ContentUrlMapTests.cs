using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Platform.Files;
using CsCheck;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Content;

public sealed class ContentUrlMapTests
{
    private readonly ContentUrlMap _map = new(["storeA", "tenants"]);

    [Theory]
    [InlineData("store://2024/1/2/3/4/a.bin", "contentstore", "2024/1/2/3/4/a.bin")]
    [InlineData("store://2024/1/2/3/4/17/a.bin", "contentstore", "2024/1/2/3/4/17/a.bin")]
    [InlineData("store://volume2/2024/1/2/3/4/a.bin", "contentstore", "volume2/2024/1/2/3/4/a.bin")]
    [InlineData("store://import/My Files/Bericht 100%20 ä.pdf", "contentstore", "import/My Files/Bericht 100%20 ä.pdf")]
    [InlineData("store:///2024//1/./a.bin", "contentstore", "2024/1/a.bin")]
    [InlineData("store://storeA/2024/a.bin", "stores/storeA", "2024/a.bin")]
    [InlineData("storeA://2024/a.bin", "stores/storeA", "2024/a.bin")]
    [InlineData("store://storeB/2024/a.bin", "contentstore", "storeB/2024/a.bin")]
    [InlineData("store://a..b/c...bin", "contentstore", "a..b/c...bin")]
    public void A_URL_is_a_file_beneath_a_root(string url, string root, string path)
    {
        ContentPlace place = _map.Locate(url);
        Assert.Equal(
            (ContentPlaceKind.File, root, path),
            (place.Kind, place.Root, Encoding.UTF8.GetString(place.Path))
        );
    }

    [Theory]
    [InlineData("spoof://text?x=1", ContentPlaceKind.NoFile, "spoof")]
    [InlineData("azb://container/blob", ContentPlaceKind.Outside, "azb")]
    [InlineData("s3://bucket/key", ContentPlaceKind.Outside, "s3")]
    [InlineData("s3v2://key", ContentPlaceKind.Outside, "s3v2")]
    [InlineData("store://../etc/passwd", ContentPlaceKind.Invalid, "store")]
    [InlineData("store://2024/../../x", ContentPlaceKind.Invalid, "store")]
    [InlineData("storeA://..", ContentPlaceKind.Invalid, "storeA")]
    [InlineData("store://storeA/../x", ContentPlaceKind.Invalid, "store")]
    [InlineData("store://", ContentPlaceKind.Invalid, "store")]
    [InlineData("store:///", ContentPlaceKind.Invalid, "store")]
    [InlineData("store://a\0b", ContentPlaceKind.Invalid, "store")]
    [InlineData("2024/1/2/a.bin", ContentPlaceKind.Invalid, "")]
    [InlineData("://x", ContentPlaceKind.Invalid, "")]
    [InlineData("", ContentPlaceKind.Invalid, "")]
    public void Other_URLs_have_no_file(string url, ContentPlaceKind kind, string protocol)
    {
        ContentPlace place = _map.Locate(url);
        Assert.Equal((kind, protocol), (place.Kind, place.Protocol));
    }

    [Fact]
    public void Text_that_has_no_UTF8_is_no_file()
    {
        Assert.Equal(ContentPlaceKind.Invalid, _map.Locate("store://a\ud800").Kind);
    }

    [Fact]
    public void A_lost_file_is_looked_for_among_the_deleted_and_in_the_tenants_stores()
    {
        IEnumerable<string> further = _map.LookFurther(_map.Locate("store://2024/a.bin")).Select(p => p.Root);
        Assert.Equal(["contentstore.deleted", "stores/storeA", "stores/tenants"], further);
        Assert.Empty(_map.LookFurther(_map.Locate("s3://x/y")));
    }

    [Fact]
    public void No_URL_throws_and_no_file_leaves_its_root()
    {
        Gen.String[Gen.Char["storeA:/.\0 \ud800ä"], 0, 40]
            .Sample(tail =>
            {
                foreach (var url in new[] { tail, "store://" + tail, "storeA://" + tail })
                {
                    ContentPlace place = _map.Locate(url);
                    Assert.True(
                        place.Kind != ContentPlaceKind.File || (place.Path.Length > 0 && TreePath.IsValid(place.Path))
                    );
                }
            });
    }
}
