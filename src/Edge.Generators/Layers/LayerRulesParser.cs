using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.Text;

namespace Edge.Generators.Layers;

/// <summary>Reads layers.txt; its head comment is the grammar. Every mistake is reported, not only the first.</summary>
internal sealed class LayerRulesParser
{
    private static readonly Regex DottedName = new(@"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$", RegexOptions.CultureInvariant);
    private static readonly Regex LayerRange = new(@"^layers (\d)(?:-(\d))?$", RegexOptions.CultureInvariant);

    private readonly LayerRules _rules = new();
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly List<(Ban Ban, string Scope)> _scopes = [];
    private Layer? _layer;
    private Room? _room;
    private Ban? _ban;

    private LayerRulesParser()
    {
    }

    public static LayerRules Parse(SourceText text)
    {
        var parser = new LayerRulesParser();
        foreach (var line in text.Lines)
        {
            var content = line.ToString().Trim();
            if (content.Length > 0 && content[0] != '#')
                parser.ReadLine(content, line.LineNumber);
        }

        if (parser._rules.Rooms.Count == 0)
            parser.Fault(0, "no room is listed");
        parser.ResolveUses();
        parser.RefuseCycles();
        foreach (var (ban, scope) in parser._scopes)
            parser.ApplyScope(ban, scope);
        return parser._rules;
    }

    private void ReadLine(string content, int line)
    {
        var space = content.IndexOf(' ');
        var word = space < 0 ? content : content.Substring(0, space);
        if (word is "layer" or "room" or "uses" or "extends" or "foreign" or "ban")
        {
            var colon = content.IndexOf(':');
            var reason = colon < 0 ? "" : content.Substring(colon + 1).Trim();
            var subject = (colon < 0 ? content : content.Substring(0, colon)).Substring(word.Length).Trim();
            if (reason.Length == 0)
                Fault(line, $"`{word}` wants its reason after a colon");
            ReadStatement(word, subject, reason, line);
        }
        else if (_ban is not null)
        {
            ReadBanned(content, line);
        }
        else
        {
            Fault(line, $"`{word}` is none of layer, room, uses, extends, foreign, ban, and no ban stands above it");
        }
    }

    private void ReadStatement(string word, string subject, string reason, int line)
    {
        if (word is not ("uses" or "extends"))
            (_room, _ban) = (null, null);
        switch (word)
        {
            case "layer":
                ReadLayer(subject, reason, line);
                break;
            case "room":
                ReadRoom(subject, line);
                break;
            case "uses":
                ReadRoomList(word, _room?.Uses, subject, line);
                break;
            case "extends":
                ReadRoomList(word, _room?.Extends, subject, line);
                break;
            case "foreign":
                if (!IsName(subject, line))
                    break;
                if (subject == "Edge" || subject.StartsWith("Edge.", StringComparison.Ordinal))
                    Fault(line, $"`{subject}` is below Edge: make it a room");
                else if (!_rules.ForeignNamespaces.Add(subject))
                    Fault(line, $"`{subject}` is listed twice");
                break;
            default:
                ReadBan(subject, reason, line);
                break;
        }
    }

    private void ReadLayer(string subject, string title, int line)
    {
        var words = subject.Split(' ');
        if (!int.TryParse(words[0], out var number) || number is < 0 or > 9 || words.Length > 2 || (words.Length == 2 && words[1] != "blind"))
        {
            Fault(line, $"`layer {subject}` should be `layer N` or `layer N blind`, N from 0 to 9");
            return;
        }

        if (_layer is not null && number <= _layer.Number)
            Fault(line, $"layer {number} stands below layer {_layer.Number}: layers are listed from 0 upwards, each once");
        _layer = new Layer(number, words.Length == 2, title);
    }

    private void ReadRoom(string name, int line)
    {
        if (!IsName(name, line))
            return;
        if (_layer is null)
        {
            Fault(line, $"room {name} stands above every `layer` line, so it is in no layer");
            return;
        }

        if (_rules.Rooms.Count == LayerRules.MaximumCount)
        {
            Fault(line, $"room {name} is one too many: the analyzer keeps {LayerRules.MaximumCount} rooms in one word");
            return;
        }

        if (name.StartsWith("Edge.", StringComparison.Ordinal))
            Fault(line, $"room {name} is named below Edge already: write `{name.Substring("Edge.".Length)}`");

        var room = new Room(name, _layer, _rules.Rooms.Count, line);
        if (_rooms.TryGetValue(name, out var first))
        {
            Fault(line, $"room {name} is listed twice, first at line {first.Line + 1}");
        }
        else
        {
            _rooms.Add(name, room);
            _rules.Rooms.Add(room);
            _rules.RoomsByNamespace.Add(room.Namespace, room);
        }

        _room = room;
    }

    private void ReadRoomList(string word, List<RoomUse>? list, string subject, int line)
    {
        if (list is null)
        {
            Fault(line, $"`{word}` belongs below a room");
            return;
        }

        foreach (var name in Names(subject, line))
            list.Add(new RoomUse(name, line));
    }

    private void ReadBan(string subject, string reason, int line)
    {
        var space = subject.IndexOf(' ');
        if (space < 0)
        {
            Fault(line, $"`ban {subject}` wants a scope: `in layers A-B`, `in ROOM`, `outside ROOM` or `everywhere`");
            return;
        }

        if (_rules.Bans.Count == LayerRules.MaximumCount)
        {
            Fault(line, $"`ban {subject}` is one too many: the analyzer keeps {LayerRules.MaximumCount} bans in one word");
            return;
        }

        _ban = new Ban(subject.Substring(0, space), _rules.Bans.Count, line, reason);
        if (_rules.Bans.Exists(b => b.Name == _ban.Name))
            Fault(line, $"ban {_ban.Name} is listed twice");
        _rules.Bans.Add(_ban);
        _scopes.Add((_ban, subject.Substring(space + 1).Trim()));
    }

    private void ReadBanned(string content, int line)
    {
        var bit = 1UL << _ban!.Number;
        var table = _rules.Banned;
        var name = content;
        if (content.StartsWith("but ", StringComparison.Ordinal))
            (table, name) = (_rules.Exempt, content.Substring("but ".Length).Trim());
        else if (content.StartsWith("new ", StringComparison.Ordinal))
            name = content.Substring("new ".Length).Trim() + "..ctor";

        var typeName = name.EndsWith("..ctor", StringComparison.Ordinal) ? name.Substring(0, name.Length - "..ctor".Length) : name;
        if (!typeName.Contains(".") && !LayerRules.Keywords.Contains(typeName))
        {
            Fault(line, $"`{content}` is neither a dotted name nor one of {string.Join(", ", LayerRules.Keywords)}");
            return;
        }

        if (typeName.Contains(".") && !IsName(typeName, line))
            return;

        table.TryGetValue(name, out var bans);
        if ((bans & bit) != 0)
            Fault(line, $"`{content}` is listed twice in ban {_ban.Name}");
        table[name] = bans | bit;
        _ban.Entries.Add((content, line));
    }

    private void ApplyScope(Ban ban, string scope)
    {
        var bit = 1UL << ban.Number;
        if (ban.Entries.Count == 0)
            Fault(ban.Line, $"ban {ban.Name} lists no API below it");

        Func<Room, bool> holds;
        if (scope == "everywhere")
        {
            holds = _ => true;
        }
        else if (scope.StartsWith("outside ", StringComparison.Ordinal))
        {
            var rooms = Resolve(scope.Substring("outside ".Length), ban.Line);
            holds = room => !rooms.Contains(room);
        }
        else if (scope.StartsWith("in ", StringComparison.Ordinal))
        {
            var inner = scope.Substring("in ".Length).Trim();
            var range = LayerRange.Match(inner);
            if (range.Success)
            {
                var low = range.Groups[1].Value[0] - '0';
                var high = range.Groups[2].Success ? range.Groups[2].Value[0] - '0' : low;
                holds = room => room.Layer.Number >= low && room.Layer.Number <= high;
            }
            else
            {
                var rooms = Resolve(inner, ban.Line);
                holds = rooms.Contains;
            }
        }
        else
        {
            Fault(ban.Line, $"`{scope}` is no scope: write `in layers A-B`, `in ROOM`, `outside ROOM` or `everywhere`");
            return;
        }

        var reached = false;
        foreach (var room in _rules.Rooms.Where(holds))
        {
            room.Bans |= bit;
            reached = true;
        }

        if (!reached && _rules.Rooms.Count > 0)
            Fault(ban.Line, $"ban {ban.Name} holds in no room");
    }

    private void ResolveUses()
    {
        foreach (var room in _rules.Rooms)
        {
            foreach (var use in room.Uses)
            {
                if (!_rooms.TryGetValue(use.Room, out var target))
                    Fault(use.Line, $"room {room.Name} uses {use.Room}, which is no room");
                else if (target == room)
                    Fault(use.Line, $"room {room.Name} lists itself");
                else if (target.Layer.Number > room.Layer.Number)
                    Fault(use.Line, $"room {room.Name} in layer {room.Layer.Number} uses {target.Name} in layer {target.Layer.Number}: references point down");
                else if (target.Layer == room.Layer && room.Layer.IsBlind)
                    Fault(use.Line, $"room {room.Name} uses {target.Name}, but layer {room.Layer.Number} is blind: its rooms never use each other");
                else if ((room.MayUse & (1UL << target.Number)) != 0)
                    Fault(use.Line, $"room {room.Name} lists {target.Name} twice");
                room.MayUse |= target is null ? 0 : 1UL << target.Number;
            }

            foreach (var extended in room.Extends)
            {
                if (!room.Uses.Exists(use => use.Room == extended.Room))
                    Fault(extended.Line, $"room {room.Name} extends {extended.Room}, which it does not use");
            }
        }
    }

    /// <summary>References down the layers make no circle, so only rooms of one layer can; each circle is named once.</summary>
    private void RefuseCycles()
    {
        var finished = new HashSet<Room>();
        foreach (var room in _rules.Rooms)
            Follow(room, [], finished);
    }

    private void Follow(Room room, List<Room> trail, HashSet<Room> finished)
    {
        if (finished.Contains(room))
            return;
        trail.Add(room);
        foreach (var use in room.Uses)
        {
            if (!_rooms.TryGetValue(use.Room, out var target) || target == room)
                continue;
            var start = trail.IndexOf(target);
            if (start >= 0)
                Fault(use.Line, "rooms use each other in a circle: " + string.Join(" -> ", trail.Skip(start).Concat([target]).Select(r => r.Name)));
            else
                Follow(target, trail, finished);
        }

        trail.RemoveAt(trail.Count - 1);
        finished.Add(room);
    }

    private HashSet<Room> Resolve(string list, int line)
    {
        var rooms = new HashSet<Room>();
        foreach (var name in Names(list, line))
        {
            if (_rooms.TryGetValue(name, out var room))
                rooms.Add(room);
            else
                Fault(line, $"`{name}` is no room");
        }

        return rooms;
    }

    private IEnumerable<string> Names(string list, int line) =>
        list.Split(',').Select(name => name.Trim()).Where(name => IsName(name, line));

    private bool IsName(string name, int line)
    {
        if (DottedName.IsMatch(name))
            return true;
        Fault(line, name.Length == 0 ? "a name is missing" : $"`{name}` is no dotted name");
        return false;
    }

    private void Fault(int line, string message) => _rules.Faults.Add(new LayerFault(line, message));
}
