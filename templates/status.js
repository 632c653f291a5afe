(function () {
  "use strict";
  var until = Date.parse(document.getElementById("until").getAttribute("datetime"));
  function look() {
    document.getElementById("late").hidden = !(Date.now() > until);
  }
  look();
  setInterval(look, 60000);
})();
