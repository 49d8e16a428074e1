using Edge.Config.Binding;

namespace Edge.Tests.Config.Binding;

public sealed class EditDistanceTests
{
    [Test]
    [Arguments("", "", 0)]
    [Arguments("kitten", "sitting", 3)]
    [Arguments("info", "inof", 1)]
    [Arguments("abc", "", 3)]
    [Arguments("ca", "abc", 3)]
    [Arguments("authKey", "autKey", 1)]
    public async Task The_distance_is_the_known_one(string left, string right, int distance)
    {
        await Assert.That(EditDistance.AtMost(left, right, distance)).IsTrue();
        await Assert.That(EditDistance.AtMost(right, left, distance)).IsTrue();
        if (distance > 0) await Assert.That(EditDistance.AtMost(left, right, distance - 1)).IsFalse();
    }

    [Test]
    [Arguments("handlr", "handler")]
    [Arguments("Host", "hosts")]
    [Arguments("xyz", null)]
    public async Task The_nearest_candidate_is_found_if_it_is_near(string text, string? nearest) =>
        await Assert.That(EditDistance.Nearest(text, ["handler", "hosts", "listen"])).IsEqualTo(nearest);
}
