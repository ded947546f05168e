/// The program of a page: pictures of bytes into which one can go. Without it everything but the pictures is there.
enum TreemapScript {
    static let source = """
        (function () {
          'use strict';
          var trees = JSON.parse(document.getElementById('data').textContent);
          function size(bytes) {
            var units = ['B', 'kB', 'MB', 'GB', 'TB'], unit = 0;
            while (bytes >= 999.5 && unit < 4) { bytes /= 1000; unit++; }
            return (unit && bytes < 9.995 ? bytes.toFixed(2) : unit && bytes < 99.95 ? bytes.toFixed(1) : Math.round(bytes)) + ' ' + units[unit];
          }
          function colour(layer) {
            return 'hsl(' + (layer * 137.5 + 205) % 360 + ' 52% 68%)';
          }
          // Squarified: rows along the shorter side, each as long as its worst shape gets better.
          function layout(items, box, place) {
            var total = items.reduce(function (sum, item) { return sum + item.s; }, 0);
            if (!total || box.w < 1 || box.h < 1) { return; }
            var scale = box.w * box.h / total, x = box.x, y = box.y, w = box.w, h = box.h, at = 0;
            while (at < items.length) {
              var side = Math.min(w, h), row = [], sum = 0, worst = Infinity;
              while (at + row.length < items.length) {
                var area = items[at + row.length].s * scale, next = sum + area;
                var largest = Math.max(items[at].s * scale, area), smallest = Math.min(items[at].s * scale, area);
                var shape = Math.max(side * side * largest / (next * next), next * next / (side * side * smallest));
                if (row.length && shape > worst) { break; }
                row.push(area); sum = next; worst = shape;
              }
              var depth = sum / side, offset = 0;
              for (var i = 0; i < row.length; i++) {
                var length = row[i] / depth;
                place(items[at + i], w >= h ? { x: x, y: y + offset, w: depth, h: length } : { x: x + offset, y: y, w: length, h: depth });
                offset += length;
              }
              if (w >= h) { x += depth; w -= depth; } else { y += depth; h -= depth; }
              at += row.length;
            }
          }
          document.querySelectorAll('figure[data-map]').forEach(function (figure) {
            var path = [trees[+figure.dataset.map]];
            var area = figure.querySelector('.area'), crumbs = figure.querySelector('.crumbs');
            var tip = figure.querySelector('.tip');
            figure.hidden = false;
            function text(node) {
              return size(node.s) + (node.w ? ', ' + size(node.w) + ' wasted' : '') + ', mostly of layer ' + (node.l + 1);
            }
            // The directory that was entered, or left, has the keyboard's focus again: the picture is drawn anew.
            function go(next, back) {
              var had = figure.contains(document.activeElement), from = path[path.length - 1];
              path = next;
              draw();
              if (!had) { return; }
              var cells = Array.prototype.slice.call(area.children);
              (cells.filter(function (cell) { return back && cell.node === from; })[0] || cells[0] || area).focus();
            }
            function up() { if (path.length > 1) { go(path.slice(0, -1), true); } }
            // Arrows: the nearest cell whose middle lies in that direction; directories contain each other, so all count.
            function move(from, key) {
              var side = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
              if (!side) { return false; }
              function middle(cell) {
                return [cell.offsetLeft + cell.offsetWidth / 2, cell.offsetTop + Math.min(cell.offsetHeight, 17) / 2];
              }
              var start = middle(from), best = null, least = Infinity;
              Array.prototype.forEach.call(area.children, function (cell) {
                var end = middle(cell), x = end[0] - start[0], y = end[1] - start[1];
                var along = x * side[0] + y * side[1], across = Math.abs(x * side[1]) + Math.abs(y * side[0]);
                if (along > 1 && along + 2 * across < least) { best = cell; least = along + 2 * across; }
              });
              if (best) { best.focus(); }
              return true;
            }
            function say(trail) {
              if (!trail) { tip.textContent = ''; return; }
              var node = trail[trail.length - 1];
              var name = path.slice(1).concat(trail).map(function (part) { return part.n; }).join('/');
              tip.textContent = '/' + name + ': ' + text(node);
            }
            function draw() {
              area.textContent = '';
              crumbs.textContent = '';
              path.forEach(function (node, index) {
                var step = document.createElement('button');
                step.type = 'button';
                step.textContent = (index ? node.n : '/') + ' ' + size(node.s);
                step.onclick = function () { go(path.slice(0, index + 1), true); };
                crumbs.appendChild(step);
              });
              var top = path[path.length - 1];
              function cell(node, box, depth, trail) {
                if (box.w < 3 || box.h < 3) { return; }
                var element = document.createElement('div'), inner = node.c && depth < 3 && box.w > 34 && box.h > 34;
                element.className = 'cell' + (node.c ? ' in' : '') + (node.w * 2.2 > node.s ? ' w' : '');
                element.style.cssText = 'left:' + box.x + 'px;top:' + box.y + 'px;width:' + box.w + 'px;height:' + box.h + 'px';
                element.style.backgroundColor = colour(node.l);
                element.style.filter = depth ? 'brightness(' + (1 - depth * .04) + ')' : '';
                if (box.w > 40 && box.h > 14) { element.textContent = node.n + (box.w > 110 ? ' ' + size(node.s) : ''); }
                element.title = node.n + ' ' + size(node.s);
                element.node = node;
                element.setAttribute('role', node.c ? 'button' : 'img');
                element.setAttribute('aria-label', node.n + ', ' + text(node));
                // One stop for the tabulator; arrows go on from there.
                element.tabIndex = area.children.length ? -1 : 0;
                element.onmouseenter = function () { say(trail); };
                element.onfocus = function () {
                  Array.prototype.forEach.call(area.children, function (cell) { cell.tabIndex = -1; });
                  element.tabIndex = 0;
                  say(trail);
                };
                element.onclick = function (event) {
                  event.stopPropagation();
                  say(trail);
                  var steps = trail.filter(function (part) { return part.c; });
                  if (steps.length) { go(path.concat(steps)); }
                };
                element.onkeydown = function (event) {
                  if (event.key === 'Enter' || event.key === ' ') { element.onclick(event); } else if (!move(element, event.key)) { return; }
                  event.preventDefault();
                };
                area.appendChild(element);
                if (inner) {
                  layout(node.c, { x: box.x + 3, y: box.y + 17, w: box.w - 6, h: box.h - 20 }, function (child, place) {
                    cell(child, place, depth + 1, trail.concat(child));
                  });
                }
              }
              layout(top.c || [top], { x: 0, y: 0, w: area.clientWidth, h: area.clientHeight }, function (node, box) {
                cell(node, box, 0, [node]);
              });
              say(null);
            }
            var width = area.clientWidth, height = area.clientHeight;
            new ResizeObserver(function () {
              if (area.clientWidth === width && area.clientHeight === height) { return; }
              width = area.clientWidth; height = area.clientHeight;
              go(path);
            }).observe(area);
            document.addEventListener('keydown', function (event) {
              // Of two pictures the one that is being used, or both.
              var focused = document.activeElement.closest('figure[data-map]');
              if (event.key === 'Escape' && (!focused || focused === figure)) { up(); }
            });
            draw();
          });
        })();
        """
}
