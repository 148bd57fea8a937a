// What terms mean, for census.wppl: the language is a file that TERMS_QUESTION names, and the answer goes to the one
// that TERMS_ANSWER names. A term is its values in both variants (intact, and with argmax and argmin swapped), in all
// situations and, where y is bound, for all y: values[(variant * S + situation) * Y + y], Y = 1 or M; its bits and time.
'use strict';
var fs = require('fs');

var question = JSON.parse(fs.readFileSync(process.env.TERMS_QUESTION, 'utf8'));
var M = question.M, A = question.A, K = question.K;
var tokens = question.tokens, maxBits = question.max_bits;
var S = question.situations.length;
var least = Math.min.apply(null, tokens.map(function(token) { return token.bits; }));
var widths = [1, M];
var binders = ['argmax', 'argmin', 'iterate'];

tokens.forEach(function(token) {
  token.isBinder = binders.indexOf(token.kind) >= 0;
  if (token.table) {
    token.flat = Uint8Array.from([].concat.apply([], token.table));
  }
});

// Which tokens can begin a term of at most so many bits, by scope and bits.
var fittingTokens = widths.map(function(_, scope) {
  var byRoom = [];
  for (var room = 0; room <= maxBits; room++) {
    byRoom.push(tokens.filter(function(token) {
      return (scope === 1 || token.kind !== 'candidate') && token.bits + token.arity * least <= room;
    }));
  }
  return byRoom;
});

// Every leaf once for each scope.
var leaves = widths.map(function(Y, scope) {
  return new Map(tokens.filter(function(token) { return token.arity === 0; }).map(function(token) {
    var values = new Uint8Array(2 * S * Y);
    for (var cell = 0; cell < 2 * S; cell++) {
      for (var y = 0; y < Y; y++) {
        values[cell * Y + y] = token.kind === 'feature' ? question.situations[cell % S][token.value] :
          token.kind === 'constant' ? token.value : y;
      }
    }
    return [token, {values: values, bits: token.bits, time: token.steps}];
  }));
});

function combine(token, a, b) {
  var n = a.values.length, values = new Uint8Array(n);
  for (var i = 0; i < n; i++) {
    values[i] = token.flat[a.values[i] * M + b.values[i]];
  }
  return {values: values, bits: token.bits + a.bits + b.bits, time: token.steps + a.time + b.time};
}

function choose(token, c, a, b) {
  var n = a.values.length, values = new Uint8Array(n);
  for (var i = 0; i < n; i++) {
    values[i] = c.values[i] !== 0 ? a.values[i] : b.values[i];
  }
  return {
    values: values,
    bits: token.bits + c.bits + a.bits + b.bits,
    time: token.steps + c.time + a.time + b.time
  };
}

function bind(token, scope, body) {
  var Y = widths[scope], values = new Uint8Array(2 * S * Y), of = body.values;
  for (var cell = 0; cell < 2 * S; cell++) {
    var start = cell * M, into = cell * Y, y;
    if (token.kind === 'iterate') {
      for (y = 0; y < Y; y++) {
        var last = y;
        for (var k = 0; k < K; k++) {
          last = of[start + last];
        }
        values[into + y] = last;
      }
    } else {
      var best = 0, isMax = (token.kind === 'argmax') !== (cell >= S);
      for (y = 1; y < A; y++) {
        if (isMax ? of[start + y] > of[start + best] : of[start + y] < of[start + best]) {
          best = y;
        }
      }
      values.fill(best, into, into + Y);
    }
  }
  var factor = token.kind === 'iterate' ? K : A;
  return {values: values, bits: token.bits + body.bits, time: token.steps + factor * body.time};
}

// Programs of each length, as they come: they say what the masses are shares of.
var counted = new Array(maxBits + 1).fill(0);
var begun, spentBefore;

module.exports = {
  maxBits: maxBits,
  least: least,
  fitting: function(scope, room) { return fittingTokens[scope][room]; },
  arity: function(token) { return token.arity; },
  bits: function(token) { return token.bits; },
  binds: function(token) { return token.isBinder; },
  correction: function(token, n) { return Math.log(n) - token.bits * Math.LN2; },
  leaf: function(token, scope) { return leaves[scope].get(token); },
  combine: combine,
  choose: choose,
  bind: bind,
  // What a program does, as one text: actions intact and inverted, length, time.
  told: function(term) {
    counted[term.bits] += 1;
    var actions = '';
    for (var i = 0; i < 2 * S; i++) {
      actions += term.values[i] % A;
    }
    return actions + ' ' + term.bits + ' ' + term.time;
  },
  begin: function() {
    spentBefore = process.cpuUsage();
    begun = process.hrtime.bigint();
  },
  end: function(found) {
    var spent = process.cpuUsage(spentBefore);
    var answer = {
      clock: Number(process.hrtime.bigint() - begun) / 1e9,
      processor: (spent.user + spent.system) / 1e6,
      counted: counted,
      keys: found.params.dist ? Object.keys(found.params.dist).map(function(key) { return found.params.dist[key].val; }) : [],
      shares: found.params.dist ? Object.keys(found.params.dist).map(function(key) { return found.params.dist[key].prob; }) : []
    };
    fs.writeFileSync(process.env.TERMS_ANSWER, JSON.stringify(answer));
  }
};
